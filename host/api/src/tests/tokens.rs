//! Tokens: shown once, bound to rights and to time.

use serde_json::json;

use super::Client;

#[tokio::test]
async fn a_token_holds_until_it_is_revoked_or_expires() {
    let client = Client::open().await;
    let made = client
        .post(
            "/api/v1/tokens",
            &json!({ "name": "ci", "principal": "bot", "roles": [" Deployers "], "expires": "2023-11-14T22:13:21Z" }),
        )
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.json()["token"].as_str().expect("its text").to_owned();
    let me = client.call("GET", "/api/v1/me", &token, None).await.json();
    assert_eq!(
        me,
        json!({ "principal": "bot", "standing": "member", "roles": ["deployers"], "token": "ci", "expires": "2023-11-14T22:13:21.000Z" })
    );
    let listed = client.get("/api/v1/tokens").await;
    assert!(!listed.text.contains(&token), "a token's text is shown once");
    client.bed.clock.advance(1_000);
    assert_eq!(client.call("GET", "/api/v1/me", &token, None).await.refusal(), (401, "request.token-invalid".into()));

    let forever = client.bed.member("ann", &[]).await;
    assert_eq!(client.call("GET", "/api/v1/me", &forever, None).await.status, 200);
    let revoke = client.call("DELETE", "/api/v1/tokens/ann-token", &client.bed.admin, None).await;
    assert_eq!(revoke.status, 204);
    assert_eq!(client.call("GET", "/api/v1/me", &forever, None).await.refusal(), (401, "request.token-invalid".into()));
    let again = client.call("DELETE", "/api/v1/tokens/ann-token", &client.bed.admin, None).await;
    assert_eq!(again.refusal(), (404, "token.unknown".into()));
}

#[tokio::test]
async fn nobody_gets_the_servers_own_names() {
    let client = Client::open().await;
    for (body, pointer) in [
        (json!({ "name": "a b" }), "/name"),
        (json!({ "name": "a", "principal": "system" }), "/principal"),
        (json!({ "name": "a", "principal": "[anonymous]" }), "/principal"),
        (json!({ "name": "a", "principal": "shop@managed-service-account" }), "/principal"),
        (json!({ "name": "a", "roles": ["Team-Admin"] }), "/roles"),
        (json!({ "name": "a", "expires": "2020-01-01T00:00:00Z" }), "/expires"),
    ] {
        let reply = client.post("/api/v1/tokens", &body).await;
        assert_eq!(reply.refusal(), (422, "token.invalid".into()), "{body}");
        assert!(reply.pointers().contains(&pointer.to_owned()), "{body}: {reply:?}");
    }
    client.post("/api/v1/tokens", &json!({ "name": "twin" })).await;
    assert_eq!(client.post("/api/v1/tokens", &json!({ "name": "twin" })).await.refusal(), (409, "token.exists".into()));
    assert_eq!(client.bed.app.bootstrap().await.expect("a read"), None, "the first token is made once");
}
