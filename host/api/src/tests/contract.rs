//! Every operation of the OpenAPI document: refused to strangers, writes refused to members without rights, never a fault.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use super::Client;
use crate::openapi;

/// Where the document is kept under review. Set `REWRITE_OPENAPI=1` to write it anew.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");

struct Operation {
    method: String,
    path: String,
    id: String,
    is_public: bool,
    body: Option<(String, Value)>,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&openapi()).expect("JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let body = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                id: operation["operationId"].as_str().expect("an id").to_owned(),
                is_public: operation["security"] == json!([{}]),
                body: body.map(|(kind, content)| (kind.clone(), content["example"].clone())),
            });
        }
    }
    found
}

impl Operation {
    fn is_write(&self) -> bool {
        // Evaluating and simulating are POST because their questions are long; they change nothing.
        self.method != "GET" && self.id != "evaluateExpressions" && !self.id.starts_with("simulate")
    }

    fn request(&self, fixtures: &BTreeMap<&str, String>, token: Option<&str>) -> Request<Body> {
        let mut path = self.path.clone();
        for (name, value) in fixtures {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "{path} has a parameter without a fixture");
        let mut request = Request::builder().method(self.method.as_str()).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match &self.body {
            None => Body::empty(),
            Some((kind, example)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                if example.is_null() { Body::from("nothing") } else { Body::from(example.to_string()) }
            }
        };
        request.body(body).expect("a request")
    }
}

/// One of everything that a path can name.
async fn fixtures(client: &Client, pipeline: String) -> BTreeMap<&'static str, String> {
    let execution = client.started(&pipeline).await;
    let stage = client.get(&format!("/api/v1/executions/{execution}")).await.json()["stages"][0]["id"].clone();
    let stage = stage.as_str().expect("a stage").to_owned();
    let order = super::lists::order(&execution, &stage, "act");
    client.bed.drive(&execution, "1", vec![super::questions::judgment(&[], 1)], vec![order]).await;
    let preset = json!({ "type": "openTicket", "target": "sleep", "config": { "millis": 5 } });
    let saved = client.put("/api/v1/presets/openTicket", &preset).await;
    assert_eq!(saved.status, 201, "{saved:?}");
    BTreeMap::from([
        ("application", "shop".to_owned()),
        ("pipeline", pipeline),
        ("revision", "1".to_owned()),
        ("question", format!("{stage}.1.ask-0")),
        ("operation", format!("{execution}.{stage}.1.act")),
        ("stage", stage),
        ("execution", execution),
        ("plugin", "sleepy".to_owned()),
        ("preset", "openTicket".to_owned()),
        ("token", "stranger-token".to_owned()),
        ("type", "nothing-hears-this".to_owned()),
        ("source", "here".to_owned()),
        ("event", client.bed.heard("an-event").await),
    ])
}

#[tokio::test]
async fn every_operation_refuses_strangers_and_every_write_refuses_members_without_rights() {
    let (client, pipeline) = Client::shop().await;
    let member = client.bed.member("stranger", &["others"]).await;
    let fixtures = fixtures(&client, pipeline).await;
    let operations = operations();
    assert!(operations.len() > 45, "only {} operations", operations.len());
    for operation in operations.iter().filter(|operation| !operation.is_public) {
        let reply = client.send(operation.request(&fixtures, None)).await;
        assert_eq!(reply.refusal(), (401, "request.token-missing".into()), "{}", operation.id);
        let reply = client.send(operation.request(&fixtures, Some("mst_nobody"))).await;
        assert_eq!(reply.refusal(), (401, "request.token-invalid".into()), "{}", operation.id);
        if operation.id == "startBatch" {
            let reply = client.send(operation.request(&fixtures, Some(&member))).await;
            assert_eq!(reply.json()["items"][0]["problem"]["status"], 403, "{reply:?}");
        } else if operation.is_write() {
            let reply = client.send(operation.request(&fixtures, Some(&member))).await;
            assert_eq!(reply.refusal(), (403, "access.denied".into()), "{}", operation.id);
        }
    }
    let denied = client.get("/api/v1/audit?allowed=false&principal=stranger&limit=500").await.json();
    let recorded = denied["items"].as_array().expect("rows").len();
    let writes = operations.iter().filter(|operation| !operation.is_public && operation.is_write()).count();
    assert!(recorded >= writes, "{writes} refused writes left {recorded} audit rows");
}

#[tokio::test]
async fn every_operation_answers_an_administrator_without_a_fault() {
    let (client, pipeline) = Client::shop().await;
    client.bed.member("stranger", &[]).await;
    let fixtures = fixtures(&client, pipeline).await;
    let mut operations = operations();
    // What removes or ends the others' subjects comes last; streams do not end.
    operations.retain(|operation| operation.id != "getStream");
    operations.sort_by_key(|operation| (operation.method == "DELETE", operation.id == "deleteApplication"));
    for operation in &operations {
        let reply = client.send(operation.request(&fixtures, Some(&client.bed.admin))).await;
        let refused_by_runtime = operation.id == "installPlugin" || operation.id == "inspectPlugin";
        assert!(reply.status.as_u16() < 500, "{}: {reply:?}", operation.id);
        assert!(!matches!(reply.status.as_u16(), 401 | 403), "{}: {reply:?}", operation.id);
        if operation.method == "GET" && !refused_by_runtime {
            assert_eq!(reply.status, 200, "{}: {reply:?}", operation.id);
        }
    }
}

#[test]
fn the_document_in_the_tree_is_what_the_handlers_say() {
    let made = openapi();
    if std::env::var_os("REWRITE_OPENAPI").is_some() {
        std::fs::write(KEPT, &made).expect("docs/reference can be written");
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == made,
        "docs/reference/openapi.json is not current: run this test with REWRITE_OPENAPI=1, and look at the difference"
    );
}

#[test]
fn operations_have_ids_of_their_own_and_say_what_they_do() {
    let document: Value = serde_json::from_str(&openapi()).expect("JSON");
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            ids.push(operation["operationId"].to_string());
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["responses"]["default"].is_object(), "{method} {path} names no problem document");
        }
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "an operation id is used twice");
}
