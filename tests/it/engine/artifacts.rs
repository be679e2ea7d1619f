//! Artifacts through the whole server: resolved at starts, given to children, found and fetched by stages.

use std::time::Duration;

use app::Caller;
use app::start::Target;
use domain::execution::{EventKind, ExecutionStatus};
use domain::{ExecutionId, Params};
use serde_json::{Value, json};
use tests::bed::{APPLICATION, Bed, stage};
use tests::sink::Sink;

use super::{chain, script};

async fn start(bed: &Bed, pipeline: &str, trigger: Value) -> Result<ExecutionId, app::AppError> {
    let target = Target::Named { application: APPLICATION.into(), pipeline: pipeline.into() };
    Ok(bed.app.start(&Caller::system(), target, &Params::new(trigger)).await?.execution.id)
}

fn bound(trigger: &Params) -> &Value {
    &trigger.get("resolvedExpectedArtifacts").expect("resolved")[0]["boundArtifact"]
}

fn with_expected(mut document: Value, expected: Value) -> Value {
    document.as_object_mut().expect("an object").insert("expectedArtifacts".into(), expected);
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_execution_of_the_pipeline_gives_prior_artifacts() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let entry = json!([{ "id": "x", "matchArtifact": {"name": "a"}, "usePriorArtifact": true }]);
    bed.save(with_expected(chain(vec![script(json!([]))]), entry)).await.unwrap();
    let failed = start(&bed, "chain", json!({})).await.expect_err("the first run has no prior");
    assert_eq!(failed.code.as_str(), "artifact.unmatched");
    let recorded =
        bed.store.executions().list(&store::ExecutionFilter::default(), None, 1).await.unwrap().items.remove(0);
    assert_eq!(recorded.execution.status(), ExecutionStatus::Terminal);
    assert!(recorded.refused.expect("a reason").starts_with("Failed on startup: Unmatched expected artifact"));

    let given = json!({ "artifacts": [{"name": "a", "version": "1"}] });
    let first = start(&bed, "chain", given).await.unwrap();
    bed.succeeded(&first).await.unwrap();
    // Stages and trigger are looked at; where both have it, it is there twice (trap 66). Here only the trigger has.
    let second = start(&bed, "chain", json!({})).await.unwrap();
    assert_eq!(bound(&bed.succeeded(&second).await.unwrap().execution.trigger)["version"], "1");
    // A failed start never started, so the last one that did is asked, across restarts of the server.
    let bed = bed.crash().await.unwrap();
    let third = start(&bed, "chain", json!({})).await.unwrap();
    assert_eq!(bound(&bed.succeeded(&third).await.unwrap().execution.trigger)["version"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prior_artifact_that_is_there_twice_is_ambiguous() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let entry = json!([{ "id": "x", "matchArtifact": {"name": "a"}, "usePriorArtifact": true }]);
    let makes = json!({ "type": "script", "artifacts": [{"name": "a"}] });
    bed.save(with_expected(chain(vec![makes]), entry)).await.unwrap();
    let first = start(&bed, "chain", json!({ "artifacts": [{"name": "a"}] })).await.unwrap();
    bed.succeeded(&first).await.unwrap();
    let failed = start(&bed, "chain", json!({})).await.expect_err("it is in the trigger and in the stage");
    assert!(failed.message.contains("matches multiple artifacts"), "{}", failed.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn expected_artifacts_may_hold_expressions_on_the_trigger() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let entry = json!([{ "id": "x", "matchArtifact": {"name": "${trigger['parameters']['which']}"} }]);
    bed.save(with_expected(chain(vec![script(json!([]))]), entry)).await.unwrap();
    let trigger = json!({
        "parameters": {"which": "b"}, "expectedArtifactIds": ["x"], "artifacts": [{"name": "a"}, {"name": "b"}],
    });
    let execution = start(&bed, "chain", trigger).await.unwrap();
    assert_eq!(bound(&bed.succeeded(&execution).await.unwrap().execution.trigger)["name"], "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_is_given_what_its_parent_sees_and_fails_without_what_it_needs() {
    let bed = Bed::open(&["scripted", "stage-pipeline"]).await.unwrap();
    let entry = json!([{ "id": "x", "matchArtifact": {"name": "image"} }]);
    let mut child = with_expected(chain(vec![script(json!([]))]), entry);
    let parent = bed.save(json!({ "name": "parent", "stages": [] })).await.unwrap();
    child["triggers"] = json!([{ "type": "pipeline", "pipeline": parent, "expectedArtifactIds": ["x"] }]);
    let child = bed.save(child).await.unwrap();
    let parent_document = |artifacts: Value| {
        let mut document = chain(vec![
            json!({ "type": "script", "artifacts": artifacts }),
            json!({ "type": "pipeline", "pipeline": child, "expectedArtifacts": [] }),
        ]);
        document["name"] = "parent".into();
        document["id"] = parent.clone().into();
        document
    };
    bed.save(parent_document(json!([{"name": "image", "version": "7"}]))).await.unwrap();
    let execution = start(&bed, "parent", json!({})).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let started = stage(&view, "1").context.get("executionId").unwrap().as_str().unwrap().to_owned();
    assert_eq!(bound(&bed.view(&started.as_str().into()).await.unwrap().execution.trigger)["version"], "7");

    bed.save(parent_document(json!([{"name": "other"}]))).await.unwrap();
    let execution = start(&bed, "parent", json!({})).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Terminal);
    let started = stage(&view, "1").context.get("executionId").unwrap().as_str().unwrap().to_owned();
    let failed = bed.view(&started.as_str().into()).await.unwrap();
    assert_eq!(failed.status, ExecutionStatus::Terminal, "the child is recorded as failed");
    assert!(failed.refused.unwrap().starts_with("Failed on startup: Unmatched expected artifact"));

    let mut unawaited = parent_document(json!([{"name": "other"}]));
    unawaited["stages"][1]["waitForCompletion"] = json!("false");
    bed.save(unawaited).await.unwrap();
    let execution = start(&bed, "parent", json!({})).await.unwrap();
    bed.succeeded(&execution).await.expect("a parent that does not wait does not fail with its child");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_finds_its_artifact_and_fetches_its_content() {
    let bed = Bed::open(&["scripted", "embedded", "http", "idle"]).await.unwrap();
    let sink = Sink::start(Duration::ZERO).await.unwrap();
    let file = json!({ "type": "http/file", "reference": format!("http://{}/values.yaml", sink.address) });
    let text = json!({ "type": "embedded/base64", "name": "text", "reference": "aGVsbG8=" });
    let binary = json!({ "type": "embedded/base64", "name": "binary", "reference": "//79" });
    let fetch = |label: &str, input: &Value| json!({ "label": label, "operate": { "kind": "fetch", "input": input } });
    let ask = |label: &str, kind: &str, input: Value| json!({ "label": label, "query": { "provider": "host", "kind": kind, "input": input } });
    let thing = json!({ "type": "things/special" });
    let document = with_expected(
        chain(vec![script(json!([
            ask("named", "artifact", json!({ "id": "x", "account": "mine" })),
            ask("all", "artifacts", json!({})),
            fetch("text", &text),
            fetch("binary", &binary),
            fetch("file", &file),
            fetch("thing", &thing),
        ]))]),
        json!([{ "id": "x", "matchArtifact": {"name": "text"} }]),
    );
    let trigger = json!({ "expectedArtifactIds": ["x"], "artifacts": [text] });
    let execution = bed.start_with(document, &Params::new(trigger)).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let answers = stage(&view, "0").context.get("answers").unwrap();
    assert_eq!(
        answers["named"],
        json!({ "type": "embedded/base64", "name": "text", "reference": "aGVsbG8=", "artifactAccount": "mine" })
    );
    assert_eq!(answers["all"], json!([text]));
    assert_eq!(answers["text"], json!({ "name": "text", "size": 5, "text": "hello" }));
    assert_eq!(answers["binary"]["size"], 3);
    assert!(answers["binary"]["blob"].is_string(), "what is no text is a blob");
    assert_eq!(answers["file"], json!({ "name": "values.yaml", "size": 11, "text": "{\"ok\":true}" }));
    assert_eq!(answers["thing"]["input"], thing, "a provider may serve a whole category");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_that_nobody_bound_and_a_type_that_nobody_serves_are_named() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let requests = json!([
        { "label": "gone", "query": { "provider": "host", "kind": "artifact", "input": { "id": "y" } } },
        { "label": "odd", "operate": { "kind": "fetch", "input": { "type": "odd/thing" } } },
    ]);
    let mut stage_document = script(requests);
    stage_document["tolerate"] = true.into();
    let execution = bed.start(chain(vec![stage_document])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let answers = stage(&view, "0").context.get("answers").unwrap();
    assert_eq!(answers["gone"]["failure"]["code"], "artifact.unbound");
    assert_eq!(answers["odd"]["failure"]["code"], "provider.unknown");
    assert!(answers["odd"]["failure"]["message"].as_str().unwrap().contains("`odd/thing`"));
    bed.until(&execution, |kind| matches!(kind, EventKind::ExecutionEnded { .. })).await.unwrap();
}
