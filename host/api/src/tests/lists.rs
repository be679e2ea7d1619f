//! Every list pages: walked through one row at a time, it shows each row once.

use std::collections::BTreeSet;

use app::bed::document;
use domain::operation::{Operation, OperationKey, OperationState};
use domain::stage::request::OperationRequest;
use domain::{Digest, Params, Timestamp};
use serde_json::{Value, json};

use super::Client;
use super::questions::judgment;

/// An operation that a stage orders.
pub fn order(execution: &str, stage: &str, label: &str) -> Operation {
    let input = Params::object();
    Operation {
        key: OperationKey { execution: execution.into(), stage: stage.into(), run: 1, label: label.into() },
        application: "shop".into(),
        principal: "admin".into(),
        request: OperationRequest {
            account: None,
            provider: Some("far".into()),
            kind: "act".into(),
            input,
            pace: None,
        },
        digest: Digest::of(b"far"),
        ordered: Timestamp(1_700_000_000_000),
        state: OperationState::Ordered,
        cancelling: false,
    }
}

#[tokio::test]
async fn every_list_pages() {
    let (client, pipeline) = Client::shop().await;
    for application in ["alpha", "beta"] {
        client.put(&format!("/api/v1/applications/{application}"), &json!({})).await;
        for name in ["one", "two"] {
            client
                .post(&format!("/api/v1/applications/{application}/pipelines"), document(application, name).value())
                .await;
        }
        client.bed.member(application, &[]).await;
    }
    for description in ["b", "c"] {
        let mut changed = document("shop", "release").value().clone();
        changed["description"] = json!(description);
        client.put(&format!("/api/v1/pipelines/{pipeline}"), &changed).await;
    }
    for _ in 0..3 {
        let execution = client.started(&pipeline).await;
        let stage = client.get(&format!("/api/v1/executions/{execution}")).await.json()["stages"][0]["id"].clone();
        let orders = ["a", "b"].map(|label| order(&execution, stage.as_str().expect("a stage"), label));
        client.bed.drive(&execution, "1", vec![judgment(&[], 1)], orders.into()).await;
    }
    for (path, key, rows) in [
        ("/api/v1/applications", "/name", 3),
        ("/api/v1/pipelines", "/id", 5),
        ("/api/v1/applications/alpha/pipelines", "/id", 2),
        (&format!("/api/v1/pipelines/{pipeline}/revisions"), "/revision", 3),
        ("/api/v1/executions", "/id", 3),
        ("/api/v1/executions?application=shop&status=RUNNING&triggerType=manual", "/id", 3),
        ("/api/v1/questions", "/id", 3),
        ("/api/v1/operations", "/id", 6),
        ("/api/v1/tokens", "/name", 3),
        ("/api/v1/plugins", "/name", 1),
        ("/api/v1/audit?action=execution.start", "/details/execution", 3),
    ] {
        assert_eq!(walk(&client, path, key).await, rows, "{path}");
    }
    let none = client.get("/api/v1/executions?application=shop&status=SUCCEEDED").await.json();
    assert_eq!(none["items"], json!([]));
}

/// Rows of a list, one a page; each must come once.
async fn walk(client: &Client, path: &str, key: &str) -> usize {
    let mut seen = BTreeSet::new();
    let mut after = String::new();
    for _ in 0..50 {
        let joint = if path.contains('?') { '&' } else { '?' };
        let page = client.get(&format!("{path}{joint}limit=1{after}")).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
        let page = page.json();
        for item in page["items"].as_array().expect("items") {
            let value = item.pointer(key).cloned().unwrap_or(Value::Null).to_string();
            assert!(seen.insert(value.clone()), "{path} shows {value} twice");
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return seen.len(),
        }
    }
    panic!("{path} does not end");
}

#[tokio::test]
async fn events_of_an_execution_are_numbered_from_one() {
    let (client, pipeline) = Client::shop().await;
    let execution = client.started(&pipeline).await;
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    let events = client.get(&format!("/api/v1/executions/{execution}/events")).await.json();
    let told: Vec<(i64, &str)> = events["items"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| (event["number"].as_i64().unwrap_or(0), event["type"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(told, [(1, "execution.created"), (2, "execution.started"), (3, "stage.started")]);
    assert_eq!(events["items"][0]["at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(walk(&client, &format!("/api/v1/executions/{execution}/events"), "/number").await, 3);
}
