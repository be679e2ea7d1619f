//! Executions whose end starts others: once each, over crashes, and in no circle.

use std::time::Duration;

use app::Caller;
use app::start::Target;
use domain::execution::Execution;
use domain::{ExecutionId, Params};
use serde_json::{Value, json};
use store::{EventFilter, ExecutionFilter, RecordedEvent};
use tests::bed::Bed;

use super::chain;

const PLUGINS: &[&str] = &["scripted", "idle", "trigger-pipeline"];

/// A pipeline of one stage that starts when one of these has ended so.
fn after(id: &str, stage: Value, of: &[(&str, &str)]) -> Value {
    let mut document = chain(vec![stage]);
    let triggers: Vec<Value> = of
        .iter()
        .map(|(pipeline, status)| json!({ "type": "pipeline", "enabled": true, "pipeline": pipeline, "application": "bed", "status": [status] }))
        .collect();
    document.as_object_mut().unwrap().extend([
        ("id".to_owned(), id.into()),
        ("name".to_owned(), id.into()),
        ("triggers".to_owned(), triggers.into()),
    ]);
    document
}

fn noop() -> Value {
    json!({ "type": "noop" })
}

async fn start(bed: &Bed, pipeline: &str) -> ExecutionId {
    let trigger = Params::new(
        json!({ "parameters": { "version": "7" }, "artifacts": [{ "type": "docker/image", "name": "nginx" }] }),
    );
    bed.app.start(&Caller::system(), Target::Pipeline(pipeline.into()), &trigger).await.unwrap().execution.id
}

async fn of(bed: &Bed, pipeline: &str) -> Vec<Execution> {
    let filter = ExecutionFilter { pipeline: Some(pipeline.into()), ..ExecutionFilter::default() };
    let page = bed.store.executions().list(&filter, None, 500).await.unwrap();
    page.items.into_iter().map(|stored| stored.execution).collect()
}

async fn events(bed: &Bed) -> Vec<RecordedEvent> {
    let page = bed.store.triggers().events(&EventFilter::default(), None, 500).await.unwrap();
    page.items.into_iter().rev().collect()
}

async fn until<T>(what: &str, mut wanted: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = wanted().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_starts_those_who_listen_once_over_restarts() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    bed.save(after("build", noop(), &[])).await.unwrap();
    bed.save(after("deploy", noop(), &[("build", "successful"), ("build", "successful")])).await.unwrap();
    bed.save(after("rescue", noop(), &[("build", "failed")])).await.unwrap();
    let built = start(&bed, "build").await;
    let deployed = until("a start", async || of(&bed, "deploy").await.pop()).await;
    bed.succeeded(&deployed.id).await.unwrap();
    let trigger = &deployed.trigger;
    assert_eq!(trigger.get("type").unwrap(), "pipeline");
    assert_eq!(trigger.get("user").unwrap(), "system", "the parent's user");
    let parent = trigger.get("parentExecution").unwrap();
    assert_eq!((parent["id"].as_str(), parent["status"].as_str()), (Some(built.as_str()), Some("SUCCEEDED")));
    assert_eq!(parent["trigger"]["parameters"]["version"], "7");
    assert_eq!(parent["stages"][0]["status"], "SUCCEEDED");
    assert_eq!(trigger.get("artifacts").unwrap()[0]["name"], "nginx", "the parent's artifacts come along");
    assert_eq!(trigger.get("parameters").unwrap(), &json!({}), "its parameters do not");
    bed = bed.crash().await.unwrap();
    start(&bed, "build").await;
    until("a second start", async || (of(&bed, "deploy").await.len() == 2).then_some(())).await;
    assert!(of(&bed, "rescue").await.is_empty());
    let refused: Vec<String> = events(&bed)
        .await
        .iter()
        .flat_map(|event| &event.outcomes)
        .filter(|outcome| outcome.pipeline.as_str() == "rescue")
        .map(|outcome| outcome.result.as_ref().unwrap_err().0.to_string())
        .collect();
    assert_eq!(refused, ["trigger.other-status", "trigger.other-status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_ends_after_sixteen() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    bed.save(after("there", noop(), &[("back", "successful")])).await.unwrap();
    bed.save(after("back", noop(), &[("there", "successful")])).await.unwrap();
    start(&bed, "there").await;
    let last = until("an end of the circle", async || {
        let refused = events(&bed).await.pop()?;
        let (code, _) = refused.outcomes[0].result.clone().err()?;
        Some(code.to_string())
    })
    .await;
    assert_eq!(last, "execution.too-deep");
    let (there, back) = (of(&bed, "there").await, of(&bed, "back").await);
    assert_eq!(there.len() + back.len(), 17, "one that was started, and sixteen below it");
    let largest = there.iter().chain(&back).map(|execution| execution.trigger.text().len()).max();
    assert!(largest < Some(8_000), "a chain does not grow: {largest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_moment_starts_each_once() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    bed.save(after("build", super::act("nothing", json!({})), &[])).await.unwrap();
    bed.save(after("deploy", noop(), &[("build", "successful")])).await.unwrap();
    let config = engine::Config { recovery_rate: 1_000, ..engine::Config::default() };
    let mut built = Vec::new();
    for round in 0..10 {
        for _ in 0..4 {
            built.push(start(&bed, "build").await);
        }
        for _ in 0..round * 60 {
            tokio::task::yield_now().await;
        }
        bed = bed.crash_into(config).await.unwrap();
    }
    let clock = bed.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            clock.advance(1);
            tokio::task::yield_now().await;
        }
    });
    for execution in &built {
        bed.succeeded(execution).await.unwrap();
    }
    until("all starts", async || (of(&bed, "deploy").await.len() >= built.len()).then_some(())).await;
    ticking.abort();
    bed.quiet().await;
    let mut parents: Vec<String> = of(&bed, "deploy")
        .await
        .iter()
        .map(|execution| execution.trigger.get("parentExecution").unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    parents.sort();
    let mut wanted: Vec<String> = built.iter().map(ToString::to_string).collect();
    wanted.sort();
    assert_eq!(parents, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_is_saved_is_heard_at_the_next_end() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    bed.save(after("build", noop(), &[])).await.unwrap();
    let first = start(&bed, "build").await;
    bed.succeeded(&first).await.unwrap();
    bed.save(after("deploy", noop(), &[("build", "successful")])).await.unwrap();
    let second = start(&bed, "build").await;
    let deployed = until("a start", async || of(&bed, "deploy").await.pop()).await;
    assert_eq!(deployed.trigger.get("parentPipelineId").unwrap(), second.as_str());
    bed.save(json!({ "id": "deploy", "name": "deploy", "disabled": true, "stages": [], "triggers": [
        { "type": "pipeline", "enabled": true, "pipeline": "build", "status": ["successful"] }] }))
        .await
        .unwrap();
    start(&bed, "build").await;
    let refused = until("a refusal", async || events(&bed).await.get(1).cloned()).await;
    assert_eq!(refused.outcomes[0].result.as_ref().unwrap_err().0.as_str(), "pipeline.disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_without_the_artifacts_that_are_listed_leaves_a_failed_start() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    bed.save(after("build", noop(), &[])).await.unwrap();
    let mut deploy = after("deploy", noop(), &[("build", "successful")]);
    deploy["triggers"][0]["expectedArtifactIds"] = json!(["image"]);
    deploy["expectedArtifacts"] = json!([
        { "id": "image", "matchArtifact": { "name": "nginx" } },
        { "id": "chart", "matchArtifact": { "name": "chart" } },
    ]);
    bed.save(deploy).await.unwrap();
    start(&bed, "build").await;
    let deployed = until("a start", async || of(&bed, "deploy").await.pop()).await;
    bed.succeeded(&deployed.id).await.unwrap();
    let bound = deployed.trigger.get("resolvedExpectedArtifacts").unwrap();
    assert_eq!((bound[0]["id"].as_str(), bound.as_array().map(Vec::len)), (Some("image"), Some(1)));
    let bare = bed.app.start(&Caller::system(), Target::Pipeline("build".into()), &Params::object()).await.unwrap();
    bed.succeeded(&bare.execution.id).await.unwrap();
    until("a failed start", async || (of(&bed, "deploy").await.len() == 2).then_some(())).await;
    let all = of(&bed, "deploy").await;
    let failed = all.iter().find(|one| one.id != deployed.id).unwrap();
    let failed = bed.view(&failed.id).await.unwrap();
    assert_eq!(failed.status, domain::execution::ExecutionStatus::Terminal);
    assert!(failed.refused.unwrap().starts_with("Failed on startup: Unmatched expected artifact"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_is_an_end_of_its_own_and_a_dry_run_is_passed_on() {
    let bed = Bed::open(&["scripted", "stage-wait", "trigger-pipeline"]).await.unwrap();
    bed.save(after("build", json!({ "type": "wait", "waitTime": 3_600 }), &[])).await.unwrap();
    for status in ["successful", "failed", "canceled"] {
        bed.save(after(status, noop(), &[("build", status)])).await.unwrap();
    }
    let built = start(&bed, "build").await;
    bed.app.control(&Caller::system(), built.as_str(), app::control::Wish::Cancel, None).await.unwrap();
    let told = until("a start", async || of(&bed, "canceled").await.pop()).await;
    assert_eq!(told.trigger.get("parentStatus").unwrap(), "CANCELED");
    let dry = Params::new(json!({ "dryRun": true }));
    bed.app.start(&Caller::system(), Target::Pipeline("build".into()), &dry).await.unwrap();
    let told = until("a start", async || of(&bed, "successful").await.pop()).await;
    assert_eq!(told.trigger.get("dryRun").unwrap(), true);
    assert!(of(&bed, "failed").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_is_restarted_ends_once_more() {
    let bed = Bed::open(&["scripted", "trigger-pipeline"]).await.unwrap();
    let wrong = json!({ "type": "script", "finish": { "status": "failed" }, "requests": [] });
    bed.save(after("build", wrong, &[])).await.unwrap();
    bed.save(after("rescue", noop(), &[("build", "failed")])).await.unwrap();
    let built = start(&bed, "build").await;
    until("a start", async || (of(&bed, "rescue").await.len() == 1).then_some(())).await;
    let failed = bed.ended(&built).await.unwrap();
    bed.app.restart_stage(&Caller::system(), built.as_str(), failed.stages[0].id.as_str(), None).await.unwrap();
    until("a second start", async || (of(&bed, "rescue").await.len() == 2).then_some(())).await;
    let keys: Vec<String> = events(&bed).await.into_iter().map(|event| event.event.key).collect();
    assert!(keys[0] != keys[1] && keys.iter().all(|key| key.starts_with(built.as_str())), "{keys:?}");
}
