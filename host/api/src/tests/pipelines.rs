//! Pipelines: kept as written, checked at once, revision by revision.

use axum::http::Request;
use serde_json::{Value, json};

use super::Client;

const SAVE: &str = "/api/v1/applications/shop/pipelines";

#[tokio::test]
async fn a_document_is_kept_as_written() {
    let (client, _) = Client::shop().await;
    let text = r#"{"zebra":1,"name":"odd","stages":[{"type":"sleep","refId":1,"x":{"b":2.50,"a":[null,"é"]},"millis":"${ 1 }"}],"application":"shop","id":"my-own-id","index":3}"#;
    let request = Request::post(SAVE).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {}", client.bed.admin));
    let saved = client.send(request.body(text.into()).expect("a request")).await;
    assert_eq!(saved.status, 201, "{saved:?}");
    assert_eq!(saved.json()["id"], "my-own-id");
    let read = client.get("/api/v1/pipelines/my-own-id").await;
    assert!(read.text.contains(&text.replace("2.50", "2.5")), "{}", read.text);
    let by_name = client.get("/api/v1/applications/Shop/pipelines/ODD").await;
    assert_eq!(by_name.json()["id"], "my-own-id", "names are found without regard to case");
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let (client, _) = Client::shop().await;
    let document = json!({ "name": "bad", "stages": [
        { "type": "sleeep", "refId": "1", "requisiteStageRefIds": ["3"] },
        { "type": "sleep", "refId": "2", "requisiteStageRefIds": ["1", "9"] },
        { "type": "sleep", "refId": "3", "requisiteStageRefIds": ["2"] },
    ]});
    let reply = client.post(SAVE, &document).await;
    assert_eq!(reply.status, 422);
    let codes: Vec<String> = reply.json()["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| {
            format!(
                "{} {}",
                problem["code"].as_str().unwrap_or_default(),
                problem["pointer"].as_str().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            "pipeline.ref-unknown /stages/1/requisiteStageRefIds/1",
            "pipeline.cycle /stages/1/requisiteStageRefIds",
            "pipeline.stage-type-unknown /stages/0/type",
        ]
    );
    assert!(reply.text.contains("`sleep`"), "names near an unknown type are told: {}", reply.text);
}

#[tokio::test]
async fn a_literal_of_the_wrong_type_is_refused_and_an_expression_is_not() {
    let (client, _) = Client::shop().await;
    let with = |millis: Value| json!({ "name": "typed", "stages": [{ "type": "sleep", "millis": millis }] });
    let reply = client.post(SAVE, &with(json!("soon"))).await;
    assert_eq!(reply.refusal(), (422, "pipeline.stage-config-invalid".into()));
    assert_eq!(reply.pointers(), ["/stages/0/millis"]);
    assert_eq!(client.post(SAVE, &with(json!("${ parameters.millis }"))).await.status, 201);
}

#[tokio::test]
async fn each_save_is_a_revision_and_a_stale_one_is_refused() {
    let (client, id) = Client::shop().await;
    let path = format!("/api/v1/pipelines/{id}");
    let document = |text: &str| json!({ "application": "shop", "name": "release", "description": text });
    let second = client.put(&path, &document("two")).await;
    assert_eq!((second.status.as_u16(), second.etag()), (200, "\"2\""));
    let stale = Request::put(&path).header("content-type", "application/json").header("if-match", "\"1\"");
    let stale = stale.header("authorization", format!("Bearer {}", client.bed.admin));
    let stale = client.send(stale.body(document("three").to_string().into()).expect("a request")).await;
    assert_eq!(stale.refusal(), (412, "pipeline.changed".into()));
    let named = client.put("/api/v1/applications/shop/pipelines/release", &document("three")).await;
    assert_eq!((named.status.as_u16(), named.json()["revision"].as_i64()), (200, Some(3)));

    let admin = client.bed.admin.clone();
    assert_eq!(client.call("DELETE", &path, &admin, None).await.status, 204);
    assert_eq!(client.get(&path).await.refusal(), (404, "pipeline.unknown".into()));
    let revisions = client.get(&format!("{path}/revisions")).await.json();
    let numbers: Vec<i64> =
        revisions["items"].as_array().expect("revisions").iter().filter_map(|one| one["revision"].as_i64()).collect();
    assert_eq!(numbers, [3, 2, 1], "revisions outlive their pipeline");
    assert_eq!(client.get(&format!("{path}/revisions/2")).await.json()["description"], "two");
    assert_eq!(client.get(&format!("{path}/revisions/9")).await.refusal(), (404, "pipeline.revision-unknown".into()));
}

#[tokio::test]
async fn names_and_places_must_agree() {
    let (client, id) = Client::shop().await;
    client.put("/api/v1/applications/other", &json!({})).await;
    let twin = client.post(SAVE, &json!({ "name": "Release " })).await;
    assert_eq!(twin.refusal(), (409, "pipeline.exists".into()));
    let elsewhere = client.post(SAVE, &json!({ "name": "x", "application": "other" })).await;
    assert_eq!(elsewhere.refusal(), (422, "pipeline.application-mismatch".into()));
    let moved =
        client.put(&format!("/api/v1/pipelines/{id}"), &json!({ "name": "release", "application": "other" })).await;
    assert_eq!(moved.refusal(), (409, "pipeline.application-mismatch".into()));
    let renamed = client.put("/api/v1/applications/shop/pipelines/new", &json!({ "name": "old" })).await;
    assert_eq!(renamed.refusal(), (422, "pipeline.name-mismatch".into()));
    for wrong in [json!(7), json!("a b"), json!("a/b"), json!("x".repeat(251))] {
        let reply = client.post(SAVE, &json!({ "name": "n", "id": wrong })).await;
        assert_eq!(reply.refusal(), (422, "pipeline.id-invalid".into()));
    }
    let large = json!({ "name": "large", "description": "x".repeat(5 << 20) });
    assert_eq!(client.post(SAVE, &large).await.refusal(), (413, "pipeline.too-large".into()));
}
