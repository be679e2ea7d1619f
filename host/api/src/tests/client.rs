//! A client of the router, and what every refusal must look like.

use app::bed::{Bed, document};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{Metrics, error_pages, router};

/// A bed with its router.
pub struct Client {
    pub bed: Bed,
    pub router: Router,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// `(status, code)` of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    pub fn pointers(&self) -> Vec<String> {
        let problems = self.json()["problems"].as_array().cloned().unwrap_or_default();
        problems.iter().map(|problem| problem["pointer"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub fn etag(&self) -> &str {
        self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    pub async fn open() -> Client {
        let bed = Bed::open().await;
        let router = router(bed.app.clone(), Metrics::new(Vec::new()));
        Client { bed, router }
    }

    /// With the application `shop` (READ dev, WRITE ops, EXECUTE runner) and its pipeline `release`. Returns the pipeline's id.
    pub async fn shop() -> (Client, String) {
        let client = Client::open().await;
        let permissions = json!({ "READ": ["dev"], "WRITE": ["ops"], "EXECUTE": ["runner"] });
        let made =
            client.put("/api/v1/applications/shop", &json!({ "name": "shop", "permissions": permissions })).await;
        assert_eq!(made.status, 201, "{made:?}");
        let saved = client.post("/api/v1/applications/shop/pipelines", document("shop", "release").value()).await;
        assert_eq!(saved.status, 201, "{saved:?}");
        let id = saved.json()["id"].as_str().expect("an id").to_owned();
        (client, id)
    }

    /// Starts the pipeline and returns the execution's id.
    pub async fn started(&self, pipeline: &str) -> String {
        let reply = self.post(&format!("/api/v1/pipelines/{pipeline}/executions"), &json!({})).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["id"].as_str().expect("an id").to_owned()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &self.bed.admin, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, &self.bed.admin, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.call("PUT", path, &self.bed.admin, Some(body)).await
    }

    pub async fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            None => Body::empty(),
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// Sends a request as it is. Whatever is refused must be a problem document whose code has its page.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let path = request.uri().path().to_owned();
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let reply = Reply { status: parts.status, headers: parts.headers, text };
        if reply.status.is_client_error() || reply.status.is_server_error() {
            let kind = reply.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            assert_eq!(kind, Some("application/problem+json"), "{path}: {reply:?}");
            let told = reply.json();
            let code = told["code"].as_str().expect("a code");
            assert_eq!(told["status"], reply.status.as_u16());
            assert_eq!(told["type"], format!("/docs/errors/{code}"));
            assert_eq!(told["instance"], path);
            assert!(told["detail"].as_str().is_some_and(|detail| detail.ends_with(['.', ')'])), "{told}");
            for code in [Some(code)].into_iter().chain(codes(&told)).flatten() {
                assert!(error_pages::page(code).is_some(), "{code} has no page in docs/errors");
            }
        }
        reply
    }
}

fn codes(told: &Value) -> impl Iterator<Item = Option<&str>> {
    told["problems"].as_array().into_iter().flatten().map(|problem| problem["code"].as_str())
}
