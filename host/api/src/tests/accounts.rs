//! Accounts and secrets through the interface: what is asked of a document, what is shown, who may see it.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use super::Client;

fn far(config: Value) -> Value {
    json!({ "provider": "far", "config": config, "permissions": { "READ": ["dev"], "WRITE": ["ops"] } })
}

async fn client() -> Client {
    let (client, _) = Client::shop().await;
    client.bed.offer_accounts().await;
    client
}

async fn secret(client: &Client, name: &str, value: &str) -> u16 {
    let request = Request::builder()
        .method("PUT")
        .uri(format!("/api/v1/secrets/{name}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", client.bed.admin))
        .header(header::CONTENT_TYPE, "application/octet-stream");
    client.send(request.body(Body::from(value.to_owned())).expect("a request")).await.status.as_u16()
}

#[tokio::test]
async fn a_secret_becomes_a_reference_and_a_reference_keeps_it() {
    let client = client().await;
    let made = client.put("/api/v1/accounts/prod", &far(json!({ "hosts": ["a"], "token": "hunter2" }))).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(!made.text.contains("hunter2"));
    let token = made.json()["config"]["token"].clone();
    assert!(token["$secret"].as_str().is_some_and(|name| name.starts_with("account:")), "{token}");
    // What was read can be changed and sent back as it is.
    let mut read = client.get("/api/v1/accounts/PROD").await.json();
    assert_eq!((&read["name"], &read["revision"], &read["authorized"]), (&json!("prod"), &json!(1), &json!(true)));
    read["config"]["hosts"] = json!(["a", "b"]);
    let kept = client.put("/api/v1/accounts/prod", &read).await.json();
    assert_eq!((&kept["config"]["token"], &kept["revision"]), (&token, &json!(2)));
    let replaced =
        client.put("/api/v1/accounts/prod", &far(json!({ "hosts": ["a"], "token": "hunter3" }))).await.json();
    assert_ne!(replaced["config"]["token"], token);
    let gone = client.put("/api/v1/accounts/prod", &far(json!({ "hosts": ["a"], "token": token }))).await;
    assert_eq!(gone.json()["problems"][0]["pointer"], "/config/token", "its row went with the new value");
    for page in ["/api/v1/accounts", "/api/v1/accounts/prod", "/api/v1/audit?limit=500"] {
        let text = client.get(page).await.text;
        assert!(!text.contains("hunter"), "{page}: {text}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_told_with_its_place_and_without_secrets() {
    let client = client().await;
    let hosts = json!(["a"]);
    for (document, pointer, code) in [
        (far(json!({ "token": "hunter2" })), "/config", "account.config-invalid"),
        (far(json!({ "hosts": "a" })), "/config/hosts", "account.config-invalid"),
        (far(json!({ "hosts": hosts, "tokn": "hunter2" })), "/config/tokn", "account.field-unknown"),
        (far(json!({ "hosts": hosts, "token": 5 })), "/config/token", "account.secret-type"),
        (far(json!({ "hosts": hosts, "token": { "$secret": "nothing" } })), "/config/token", "secret.unknown"),
        (json!({ "provider": "fat", "config": {} }), "/provider", "account.provider-unknown"),
        (json!({ "provider": "far", "config": {}, "token": "hunter2" }), "/token", "account.field-unknown"),
        (
            json!({ "provider": "far", "permissions": { "ADMIN": [] } }),
            "/permissions/ADMIN",
            "account.permissions-invalid",
        ),
    ] {
        let refused = client.put("/api/v1/accounts/prod", &document).await;
        let problem = &refused.json()["problems"][0];
        assert_eq!(
            (refused.status.as_u16(), &problem["pointer"], &problem["code"]),
            (422, &json!(pointer), &json!(code)),
            "{refused:?}"
        );
        assert!(!refused.text.contains("hunter2"), "{refused:?}");
    }
    assert_eq!(client.get("/api/v1/accounts/prod").await.refusal(), (404, "account.unknown".into()));
    client.put("/api/v1/accounts/prod", &far(json!({ "hosts": ["a"] }))).await;
    let near = client.get("/api/v1/accounts/prodd").await;
    assert!(near.text.contains("`prod`"), "{near:?}");
}

#[tokio::test]
async fn only_the_revision_that_was_read_is_replaced() {
    let client = client().await;
    let save = async |tag: &str| {
        let request = Request::builder()
            .method("PUT")
            .uri("/api/v1/accounts/prod")
            .header(header::AUTHORIZATION, format!("Bearer {}", client.bed.admin))
            .header(header::CONTENT_TYPE, "application/json")
            .header(if tag == "*" { header::IF_NONE_MATCH } else { header::IF_MATCH }, tag);
        let body = Body::from(far(json!({ "hosts": ["a"] })).to_string());
        client.send(request.body(body).expect("a request")).await
    };
    assert_eq!(save("*").await.status, 201);
    assert_eq!(save("*").await.refusal(), (409, "account.exists".into()));
    assert_eq!(save("\"1\"").await.status, 200);
    assert_eq!(save("\"1\"").await.refusal(), (412, "account.changed".into()));
}

#[tokio::test]
async fn accounts_are_shown_to_those_who_may_read_them_in_pages() {
    let client = client().await;
    for name in ["a", "B", "c"] {
        client.put(&format!("/api/v1/accounts/{name}"), &far(json!({ "hosts": ["a"] }))).await;
    }
    let hidden = json!({ "provider": "far", "config": { "hosts": ["a"] }, "permissions": { "WRITE": ["ops"] } });
    client.put("/api/v1/accounts/hidden", &hidden).await;
    let reader = client.bed.member("reader", &["dev"]).await;
    let first = client.call("GET", "/api/v1/accounts?limit=2&provider=far", &reader, None).await.json();
    let names = |page: &Value| {
        page["items"].as_array().expect("rows").iter().map(|row| row["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["a", "B"]);
    assert_eq!(first["items"][0]["authorized"], false, "READ is no WRITE");
    let next = format!("/api/v1/accounts?limit=2&provider=far&after={}", first["next"].as_str().expect("more"));
    let second = client.call("GET", &next, &reader, None).await.json();
    assert_eq!((names(&second), &second["next"]), (vec![json!("c")], &Value::Null));
    assert_eq!(client.call("GET", "/api/v1/accounts?provider=other", &reader, None).await.json()["items"], json!([]));
    let refused = client.call("GET", "/api/v1/accounts/hidden", &reader, None).await;
    assert_eq!(refused.refusal(), (403, "access.denied".into()));
    let verify = client.call("POST", "/api/v1/accounts/a/verify", &reader, None).await;
    assert_eq!(verify.refusal(), (403, "access.denied".into()));
}

#[tokio::test]
async fn an_operator_s_secrets_are_listed_by_name_and_stay_while_an_account_needs_them() {
    let client = client().await;
    assert_eq!((secret(&client, "chat", "one").await, secret(&client, "chat", "two").await), (201, 204));
    assert_eq!(secret(&client, "bad:name", "x").await, 422);
    assert_eq!(secret(&client, "empty", "").await, 422);
    let listed = client.get("/api/v1/secrets").await;
    assert_eq!(listed.json()["items"].as_array().map(Vec::len), Some(1));
    assert!(!listed.text.contains("two"), "{listed:?}");
    client.put("/api/v1/accounts/prod", &far(json!({ "hosts": ["a"], "token": { "$secret": "chat" } }))).await;
    let delete = async || client.call("DELETE", "/api/v1/secrets/chat", &client.bed.admin, None).await;
    assert_eq!(delete().await.refusal(), (409, "secret.in-use".into()));
    client.call("DELETE", "/api/v1/accounts/prod", &client.bed.admin, None).await;
    assert_eq!(delete().await.status, 204);
    assert_eq!(delete().await.refusal(), (404, "secret.unknown".into()));
}
