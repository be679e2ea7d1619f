//! Executions: starting and steering them.

use app::bed::document;
use serde_json::{Value, json};

use super::Client;

#[tokio::test]
async fn a_start_resolves_parameters_and_says_who() {
    let (client, _) = Client::shop().await;
    let parameters =
        json!([{ "name": "version", "default": "1.0" }, { "name": "region" }, { "name": "size", "default": "s" }]);
    let document = json!({ "name": "build", "parameterConfig": parameters, "stages": [{ "type": "sleep" }] });
    client.post("/api/v1/applications/shop/pipelines", &document).await;
    let trigger = json!({ "user": "somebody else", "parameters": { "size": "", "extra": 1 }, "hash": "abc" });
    let reply = client.post("/api/v1/applications/shop/pipelines/Build/executions", &trigger).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let started = reply.json();
    assert_eq!(
        started["trigger"],
        json!({ "type": "manual", "user": "admin", "hash": "abc",
            "parameters": { "size": "", "extra": 1, "version": "1.0", "region": null } })
    );
    assert_eq!(started["status"], "NOT_STARTED");
    let read = client.get(&format!("/api/v1/executions/{}", started["id"].as_str().expect("an id"))).await.json();
    assert_eq!(read["trigger"], started["trigger"]);
    assert_eq!(read["stages"][0]["status"], "NOT_STARTED");
    assert_eq!(read["stages"][0]["refId"], "0");
    let audit = client.get("/api/v1/audit?action=execution.start").await.json();
    assert_eq!(audit["items"][0]["details"]["execution"], started["id"]);
}

#[tokio::test]
async fn a_start_that_cannot_be_is_refused_and_only_one_that_failed_is_recorded() {
    let (client, _) = Client::shop().await;
    let save = |document: Value| async move { document };
    let required = json!([{ "name": "a/b", "required": true }, { "name": "c", "required": true, "default": "x" }]);
    for (document, refusal, pointers) in [
        (
            save(json!({ "name": "asks", "parameterConfig": required, "stages": [] })).await,
            (422, "execution.parameter-missing"),
            vec!["/parameters/a~1b"],
        ),
        (save(json!({ "name": "off", "disabled": "true", "stages": [] })).await, (409, "pipeline.disabled"), vec![]),
    ] {
        client.post("/api/v1/applications/shop/pipelines", &document).await;
        let name = document["name"].as_str().expect("a name");
        let reply = client.post(&format!("/api/v1/applications/shop/pipelines/{name}/executions"), &json!({})).await;
        assert_eq!(reply.refusal(), (refusal.0, refusal.1.into()));
        assert_eq!(reply.pointers(), pointers);
    }
    let unknown = client.post("/api/v1/applications/shop/pipelines/none/executions", &json!({})).await;
    assert_eq!(unknown.refusal(), (404, "pipeline.unknown".into()));
    let recorded = client.get("/api/v1/executions").await.json()["items"].clone();
    assert_eq!(recorded.as_array().map(Vec::len), Some(1));
    assert_eq!((&recorded[0]["name"], &recorded[0]["status"]), (&json!("off"), &json!("TERMINAL")));
}

#[tokio::test]
async fn a_correlation_id_starts_once_until_its_execution_is_over() {
    let (client, pipeline) = Client::shop().await;
    let path = format!("/api/v1/pipelines/{pipeline}/executions");
    let trigger = json!({ "correlationId": "delivery-1" });
    let replies = futures::future::join_all((0..8).map(|_| client.post(&path, &trigger))).await;
    let ids: std::collections::BTreeSet<String> = replies.iter().map(|reply| reply.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    let other = client.post(&path, &json!({ "correlationId": "delivery-2" })).await;
    assert_eq!(other.status, 201);
    assert_eq!(client.get("/api/v1/executions").await.json()["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_document_runs_without_being_stored_for_those_who_may_write() {
    let (client, _) = Client::shop().await;
    let start = json!({ "document": document("shop", "once").value(), "trigger": { "parameters": { "a": 1 } } });
    let reply = client.post("/api/v1/executions", &start).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let read = client.get(&format!("/api/v1/executions/{}", reply.json()["id"].as_str().expect("an id"))).await.json();
    assert_eq!(read["document"], *document("shop", "once").value());
    assert_eq!(read.get("pipeline"), None);
    let runner = client.bed.member("runner", &["runner"]).await;
    let refused = client.call("POST", "/api/v1/executions", &runner, Some(&start)).await;
    assert_eq!(refused.refusal(), (403, "access.denied".into()));
    let stored = client.call("POST", "/api/v1/applications/shop/pipelines/release/executions", &runner, None).await;
    assert_eq!(stored.status, 201, "EXECUTE is enough for what is stored");
    assert_eq!(stored.json()["principal"], "runner");
}

#[tokio::test]
async fn a_batch_starts_what_it_can() {
    let (client, pipeline) = Client::shop().await;
    let starts = json!({ "starts": [
        { "pipeline": pipeline }, { "application": "shop", "pipeline": "none" }, { "application": "shop", "pipeline": "release" },
    ]});
    let reply = client.post("/api/v1/executions/batch", &starts).await.json();
    assert_eq!(reply["items"][0]["execution"]["name"], "release");
    assert_eq!(reply["items"][1]["problem"]["code"], "pipeline.unknown");
    assert_eq!(reply["items"][2]["execution"]["status"], "NOT_STARTED");
}

#[tokio::test]
async fn steering_obeys_the_state_and_names_it() {
    let (client, pipeline) = Client::shop().await;
    let execution = client.started(&pipeline).await;
    let path = format!("/api/v1/executions/{execution}");
    let say = |wish: &str| {
        let path = format!("{path}/{wish}");
        let client = &client;
        async move { client.post(&path, &json!({ "reason": "because" })).await }
    };
    let early = say("pause").await;
    assert_eq!(early.refusal(), (409, "execution.wrong-state".into()));
    assert!(early.text.contains("NOT_STARTED"), "{}", early.text);
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    assert_eq!(say("resume").await.refusal(), (409, "execution.wrong-state".into()));
    assert_eq!(say("pause").await.json()["status"], "PAUSED");
    assert_eq!(client.get(&path).await.json()["stages"][0]["status"], "PAUSED");
    assert_eq!(say("resume").await.json()["status"], "RUNNING");
    let cancelled = say("cancel").await.json();
    assert_eq!((&cancelled["control"]["kind"], &cancelled["control"]["reason"]), (&json!("cancel"), &json!("because")));
    assert_eq!(say("cancel").await.status, 200, "cancelling twice is cancelling once");
    assert!(say("pause").await.text.contains("being cancelled"), "a cancel is not taken back by a pause");
    let audit = client.get("/api/v1/audit?action=execution.cancel").await.json();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_running_stage_is_patched_and_skipped() {
    let (client, pipeline) = Client::shop().await;
    let execution = client.started(&pipeline).await;
    let path = format!("/api/v1/executions/{execution}/stages/1");
    let admin = client.bed.admin.clone();
    let early = client.call("PATCH", &path, &admin, Some(&json!({ "a": 1 }))).await;
    assert_eq!(early.refusal(), (409, "stage.not-running".into()));
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    assert_eq!(client.call("PATCH", &path, &admin, Some(&json!({ "a": 1 }))).await.status, 202);
    assert_eq!(client.post(&format!("{path}/skip"), &json!({})).await.status, 202, "its manifest says skippable");
    assert_eq!(client.call("PATCH", &path, &admin, Some(&json!({ "manualSkip": true }))).await.status, 202);
    let loaded =
        client.bed.app.store().executions().load(&execution.as_str().into()).await.expect("a read").expect("it");
    assert_eq!(loaded.inbox.len(), 3);
    let unknown =
        client.call("PATCH", &format!("/api/v1/executions/{execution}/stages/9"), &admin, Some(&json!({}))).await;
    assert_eq!(unknown.refusal(), (404, "stage.unknown".into()));
}

#[tokio::test]
async fn a_stage_is_restarted_when_it_is_over_and_refused_before() {
    let (client, pipeline) = Client::shop().await;
    let execution = client.started(&pipeline).await;
    let path = format!("/api/v1/executions/{execution}/stages/1/restart");
    assert_eq!(
        client.put(&path, &json!({})).await.refusal(),
        (409, "execution.wrong-state".into()),
        "it waits to start"
    );
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    let running = client.put(&path, &json!({})).await;
    assert_eq!(running.refusal(), (409, "stage.not-restartable".into()), "it runs");
    let unknown = client.put(&format!("/api/v1/executions/{execution}/stages/9/restart"), &json!({})).await;
    assert_eq!(unknown.refusal(), (404, "stage.unknown".into()));
    client.post(&format!("/api/v1/executions/{execution}/cancel"), &json!({})).await;
    let cancelling = client.put(&path, &json!({})).await;
    assert_eq!(cancelling.refusal(), (409, "execution.wrong-state".into()), "it is ending");
}
