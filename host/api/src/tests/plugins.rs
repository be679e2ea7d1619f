//! Plugins: what is offered, and what switching one does to starts.

use serde_json::json;

use super::Client;

#[tokio::test]
async fn a_disabled_plugin_is_not_found_by_new_executions() {
    let (client, pipeline) = Client::shop().await;
    let start = format!("/api/v1/pipelines/{pipeline}/executions");
    let before = client.get("/api/v1/catalog").await.json();
    assert_eq!(before["stages"][0]["type"], "sleep");
    assert_eq!(before["stages"][0]["label"], json!({ "en": "Sleep", "zh": "等待" }));
    let first = client.post(&start, &json!({})).await.json();

    let off = client.post("/api/v1/plugins/sleepy/disable", &json!({})).await.json();
    assert_eq!(off["enabled"], json!(false));
    assert_eq!(client.get("/api/v1/catalog").await.json()["stages"], json!([]));
    let refused = client.post(&start, &json!({})).await;
    assert_eq!(refused.refusal(), (422, "pipeline.stage-type-unknown".into()));
    let whole = client.get(&format!("/api/v1/executions/{}", first["id"].as_str().expect("an id"))).await.json();
    assert_eq!(whole["catalog"], before["revision"], "what was admitted stays pinned");

    client.post("/api/v1/plugins/sleepy/enable", &json!({})).await;
    let again = client.post(&start, &json!({})).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["catalog"].as_i64(), before["revision"].as_i64().map(|revision| revision + 2));
    let same = client.post("/api/v1/plugins/sleepy/enable", &json!({})).await;
    assert_eq!(same.status, 200);
    assert_eq!(client.get("/api/v1/catalog").await.json()["revision"], again.json()["catalog"], "nothing changed");
}

#[tokio::test]
async fn what_cannot_be_switched_is_refused() {
    let client = Client::open().await;
    let rollback = client.post("/api/v1/plugins/sleepy/rollback", &json!({})).await;
    assert_eq!(rollback.refusal(), (409, "plugin.nothing-before".into()));
    assert_eq!(client.get("/api/v1/plugins/none").await.refusal(), (404, "plugin.unknown".into()));
    let removed = client.call("DELETE", "/api/v1/plugins/sleepy", &client.bed.admin, None).await;
    assert_eq!(removed.status, 204);
    let again = client.call("DELETE", "/api/v1/plugins/sleepy", &client.bed.admin, None).await;
    assert_eq!(again.refusal(), (404, "plugin.unknown".into()));
}

#[tokio::test]
async fn a_folder_installs_what_it_can_and_says_what_it_could_not() {
    let client = Client::open().await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("broken.wasm"), "nothing").expect("a file");
    std::fs::write(folder.path().join("notes.txt"), "nothing").expect("a file");
    let report =
        client.bed.app.install_folder(folder.path(), &app::plugins::Granted::AsBefore).await.expect("a report");
    assert_eq!((report.installed.len(), report.refused.len()), (0, 1));
    let refused = client.get("/api/v1/plugins/refused").await.json();
    assert_eq!(
        (&refused["items"][0]["file"], &refused["items"][0]["code"]),
        (&json!("broken.wasm"), &json!("plugin.not-a-component"))
    );
}
