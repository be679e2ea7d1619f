//! Notifications to a real address: once for each event, in the words of the entry, whatever happens to the server meanwhile.

use std::time::Duration;

use app::Caller;
use domain::execution::{EventKind, ExecutionStatus};
use domain::operation::OperationState;
use domain::{ExecutionId, Params};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::bed::{APPLICATION, Bed};
use tests::sink::{Call, Sink};

use super::chain;

fn entry(sink: &Sink, path: &str, when: Value) -> Value {
    json!({ "type": "webhook", "address": format!("http://{}{path}", sink.address), "when": when })
}

fn telling(mut document: Value, entries: Value) -> Value {
    document.as_object_mut().expect("an object").insert("notifications".into(), entries);
    document
}

fn body(call: &Call) -> Value {
    serde_json::from_slice(&call.body).expect("a body of JSON")
}

/// The deliveries of an execution that have an outcome: their labels, and the code of what went wrong.
async fn told(bed: &Bed, execution: &ExecutionId) -> Vec<(String, Option<String>)> {
    bed.operations_closed(execution).await.unwrap();
    bed.quiet().await;
    let events = bed.events(execution).await.unwrap();
    let ended = events.into_iter().filter_map(|event| match event.kind {
        EventKind::NotificationEnded { label, failure, .. } => {
            Some((label.to_string(), failure.map(|failure| failure.code.to_string())))
        }
        _ => None,
    });
    ended.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_tells_its_addresses_with_evaluated_words() {
    let bed = Bed::open(&["scripted", "http"]).await.unwrap();
    let sink = Sink::start(Duration::ZERO).await.unwrap();
    let mut failed = entry(&sink, "/failed", json!(["pipeline.failed"]));
    failed["message"] =
        json!({ "pipeline.failed": { "text": "${execution.name} of ${trigger.user}: ${execution.status}" } });
    let mut own = entry(&sink, "/own", json!(["pipeline.starting"]));
    own["method"] = "PUT".into();
    own["headers"] = json!({ "X-Pipeline": "${execution.name}" });
    own["body"] = json!({ "id": "${execution.id}", "n": "${1 + 1}" });
    let entries = json!([failed, own, entry(&sink, "/never", json!(["pipeline.complete"]))]);
    let document = telling(chain(vec![json!({ "type": "script", "finish": {"status": "failed"} })]), entries);
    let execution = bed.start(document).await.unwrap();
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Terminal);
    assert_eq!(told(&bed, &execution).await.len(), 2);

    let mut calls = sink.calls();
    calls.sort_by(|one, other| one.path.cmp(&other.path));
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    assert_eq!(paths, ["/failed", "/own"]);
    let failed = body(&calls[0]);
    assert_eq!(failed["text"], "bed's chain pipeline has failed\n\nchain of system: TERMINAL");
    assert_eq!(failed["execution"]["id"], execution.as_str());
    assert_eq!(calls[1].header("x-pipeline"), Some("chain"));
    assert_eq!(body(&calls[1]), json!({ "id": execution.as_str(), "n": 2 }));
    assert!(calls.iter().all(|call| call.key.starts_with(&format!("{execution}/$execution/1/$notify/pipeline."))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_told_once_across_a_restart() {
    let sink = Sink::start(Duration::ZERO).await.unwrap();
    let mut bed = Bed::open(&["scripted", "http"]).await.unwrap();
    // Nothing is performed before the crash: the delivery is an order of the commit that ended the execution, and no more.
    bed = bed.crash_into(engine::Config { operations: 0, ..engine::Config::default() }).await.unwrap();
    let when = json!(["pipeline.starting", "pipeline.complete"]);
    let document = telling(chain(vec![json!({ "type": "script" })]), json!([entry(&sink, "/a", when)]));
    let execution = bed.start(document).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::ExecutionEnded { .. })).await.unwrap();
    assert!(sink.calls().is_empty());
    for _ in 0..2 {
        bed = bed.crash().await.unwrap();
        let told = told(&bed, &execution).await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(_, failure)| failure.is_none()), "{told:?}");
    }
    let mut keys: Vec<String> = sink.calls().into_iter().map(|call| call.key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), sink.calls().len()), (2, 2), "each once: {keys:?}");
    let ordered = bed.events(&execution).await.unwrap();
    let ordered = ordered.iter().filter(|event| matches!(event.kind, EventKind::NotificationOrdered { .. })).count();
    assert_eq!(ordered, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_receiver_is_told_again_and_a_dead_one_fails_nothing() {
    let bed = Bed::open(&["scripted", "http"]).await.unwrap();
    let sink = Sink::start(Duration::ZERO).await.unwrap();
    let when = json!(["pipeline.complete"]);
    let entries = json!([entry(&sink, "/busy/1/a", when.clone()), entry(&sink, "/busy/9/b", when)]);
    let execution = bed.start(telling(chain(vec![json!({ "type": "script" })]), entries)).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    bed.asleep(2, 10_000).await;
    bed.clock.advance(10_000);
    bed.asleep(4, 60_000).await;
    bed.clock.advance(60_000);
    let told = told(&bed, &execution).await;
    let failures: Vec<Option<&str>> = told.iter().map(|(_, failure)| failure.as_deref()).collect();
    assert_eq!(failures, [None, Some("http.status")]);
    assert_eq!(bed.view(&execution).await.unwrap().status, ExecutionStatus::Succeeded);
    let count = |path: &str| sink.calls().iter().filter(|call| call.path == path).count();
    assert_eq!((count("/busy/1/a"), count("/busy/9/b")), (2, 3));
    let operations = bed.all_operations(&execution).await.unwrap();
    let ended =
        operations.iter().filter(|one| matches!(one.state, OperationState::Ended { outcome: Err(_), .. })).count();
    assert_eq!(ended, 1, "people find it among the operations");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_notification_can_be_checked() {
    let bed = Bed::open(&["scripted", "http"]).await.unwrap();
    let sink = Sink::start(Duration::ZERO).await.unwrap();
    let mut signed = entry(&sink, "/signed", json!(["pipeline.complete"]));
    signed["secret"] = json!({ "$secret": "hook" });
    bed.app.save_secret(&Caller::system(), "hook", b"kooh").await.unwrap();
    let execution = bed.start(telling(chain(vec![json!({ "type": "script" })]), json!([signed]))).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    assert_eq!(told(&bed, &execution).await[0].1, None);
    let call = sink.calls().remove(0);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(b"kooh").unwrap();
    mac.update(call.header("x-mainsheet-timestamp").unwrap().as_bytes());
    mac.update(b".");
    mac.update(&call.body);
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(call.header("x-mainsheet-signature"), Some(format!("sha256={digits}").as_str()));
    assert!(!String::from_utf8_lossy(&call.body).contains("kooh"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_tells_what_its_pipelines_do_not() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let document = json!({ "name": APPLICATION, "notifications": { "idle": [
        {"address": "#all", "when": ["pipeline.complete"]},
        {"address": "#own", "when": ["pipeline.complete", "pipeline.starting"]},
    ]}});
    bed.app.save_application(&Caller::system(), APPLICATION, Params::new(document), None).await.unwrap();
    let own = json!([{ "type": "idle", "address": "#own", "when": ["pipeline.complete"] }]);
    let execution = bed.start(telling(chain(vec![json!({ "type": "script" })]), own)).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    let events = bed.events(&execution).await.unwrap();
    let told: Vec<(String, String)> = events
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::NotificationOrdered { when, address, .. } => Some((when, address)),
            _ => None,
        })
        .collect();
    let pair = |when: &str, address: &str| (when.to_owned(), address.to_owned());
    assert_eq!(
        told,
        [pair("pipeline.starting", "#own"), pair("pipeline.complete", "#own"), pair("pipeline.complete", "#all"),]
    );
}
