//! Applications: versions, names, permissions.

use serde_json::json;

use super::Client;

#[tokio::test]
async fn an_application_is_replaced_only_at_the_version_that_was_read() {
    let client = Client::open().await;
    let path = "/api/v1/applications/shop";
    let made = client.post("/api/v1/applications", &json!({ "name": "shop", "custom": { "kept": [1, null] } })).await;
    assert_eq!((made.status.as_u16(), made.etag()), (201, "\"1\""));
    assert_eq!(made.json()["document"]["custom"], json!({ "kept": [1, null] }));
    let again = client.post("/api/v1/applications", &json!({ "name": "SHOP" })).await;
    assert_eq!(again.refusal(), (409, "application.exists".into()), "case does not count");

    let with = |tag: &str, name: &str| {
        let request = axum::http::Request::put(path).header(name, tag).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", client.bed.admin));
        client.send(request.body(r#"{"name":"shop"}"#.into()).expect("a request"))
    };
    assert_eq!(with("\"7\"", "if-match").await.refusal(), (412, "application.changed".into()));
    assert_eq!(with("*", "if-none-match").await.refusal(), (409, "application.exists".into()));
    let replaced = with("\"1\"", "if-match").await;
    assert_eq!((replaced.status.as_u16(), replaced.etag()), (200, "\"2\""));
    assert_eq!(client.put(path, &json!({})).await.etag(), "\"3\"", "without a condition the last one wins");
    assert_eq!(client.get("/api/v1/applications/Shop").await.json()["name"], "shop", "the name as first written");
}

#[tokio::test]
async fn a_misspelt_permission_is_refused_where_it_stands() {
    let client = Client::open().await;
    let document = json!({ "permissions": { "READ": ["dev"], "RUN": ["dev"], "WRITE": "ops" } });
    let reply = client.put("/api/v1/applications/shop", &document).await;
    assert_eq!(reply.refusal(), (422, "application.permissions-invalid".into()));
    assert_eq!(reply.pointers(), ["/permissions/RUN", "/permissions/WRITE"]);
}

#[tokio::test]
async fn rights_take_hold_with_the_next_request() {
    let (client, _) = Client::shop().await;
    let ann = client.bed.member("ann", &["qa"]).await;
    let seen = |path: &'static str| client.call("GET", path, &ann, None);
    assert_eq!(seen("/api/v1/applications/shop").await.refusal(), (403, "access.denied".into()));
    assert_eq!(seen("/api/v1/applications").await.json()["items"], json!([]));
    assert_eq!(seen("/api/v1/pipelines").await.json()["items"], json!([]));
    client.put("/api/v1/applications/shop", &json!({ "permissions": { "READ": ["QA"] } })).await;
    assert_eq!(seen("/api/v1/applications/shop").await.status, 200);
    assert_eq!(seen("/api/v1/applications").await.json()["items"][0]["name"], "shop");
    assert_eq!(seen("/api/v1/pipelines").await.json()["items"][0]["name"], "release");
    let write = client.call("PUT", "/api/v1/applications/shop", &ann, Some(&json!({}))).await;
    assert_eq!(write.refusal(), (403, "access.denied".into()));
}

#[tokio::test]
async fn an_application_in_use_stays() {
    let (client, pipeline) = Client::shop().await;
    let path = "/api/v1/applications/shop";
    let refused = client.call("DELETE", path, &client.bed.admin, None).await;
    assert_eq!(refused.refusal(), (409, "application.in-use".into()));
    let admin = client.bed.admin.clone();
    assert_eq!(client.call("DELETE", &format!("/api/v1/pipelines/{pipeline}"), &admin, None).await.status, 204);
    assert_eq!(client.call("DELETE", path, &admin, None).await.status, 204);
    assert_eq!(client.get(path).await.refusal(), (404, "application.unknown".into()));
}
