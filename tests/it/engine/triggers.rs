//! What a trigger brings into its execution: expressions, raw keys, artifacts, dry runs; and what it must not do.

use app::triggers::Delivery;
use domain::execution::ExecutionStatus;
use serde_json::{Value, json};
use store::RecordedEvent;
use tests::bed::{Bed, stage};

use super::{act, chain, script};

const PLUGINS: &[&str] = &["scripted", "trigger-webhook"];

/// A pipeline of one stage with these triggers, and what `more` says.
fn listening(triggers: Value, more: Value) -> Value {
    let outputs = json!({ "said": "${trigger['payload']['tag']}", "old": "${trigger['linkText']}" });
    let mut document = chain(vec![script(json!([]))]);
    document["stages"][0]["outputs"] = outputs;
    let members = document.as_object_mut().unwrap();
    members.insert("triggers".into(), triggers);
    members.extend(more.as_object().unwrap().clone());
    document
}

/// Delivers a payload to the source `ci`.
async fn deliver(bed: &Bed, key: &str, payload: Value) -> RecordedEvent {
    let delivery = Delivery {
        kind: "webhook".into(),
        source: "ci".into(),
        method: "POST".into(),
        path: "/webhooks/webhook/ci".into(),
        query: String::new(),
        headers: vec![("x-request-id".into(), key.into())],
        body: payload.to_string().into_bytes(),
    };
    bed.app.receive(delivery).await.unwrap().events.remove(0)
}

fn started(event: &RecordedEvent) -> domain::ExecutionId {
    event.outcomes[0].result.clone().unwrap_or_else(|refused| panic!("{refused:?}"))
}

fn refused(event: &RecordedEvent) -> &str {
    event.outcomes[0].result.as_ref().map_or_else(|(code, _)| code.as_str(), |id| id.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_a_trigger_are_evaluated_at_the_start_and_its_constraints_are_not() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let trigger = json!({
        "type": "webhook", "enabled": true, "source": "ci", "linkText": "kept",
        "payloadConstraints": { "ref": "${trigger['payload']['ref']}|^refs/heads/main$" },
        "parameters": { "version": "v${trigger['payload']['tag']}", "later": "${#stage('none')['outputs']}" },
        "description": "Build ${trigger['payload']['build']['number'] + 1}",
    });
    let parameters = json!([
        { "name": "version", "default": "none" },
        { "name": "image", "default": "shop/web:${trigger['payload']['tag']}" },
        { "name": "needed", "required": true },
    ]);
    let expected = json!([{
        "id": "x", "matchArtifact": { "type": "docker/image", "name": "${trigger['payload']['repository']}" },
        "useDefaultArtifact": true,
        "defaultArtifact": { "type": "docker/image", "name": "shop/web", "version": "${trigger['payload']['tag']}" },
    }]);
    bed.save(listening(json!([trigger]), json!({ "parameterConfig": parameters, "expectedArtifacts": expected })))
        .await
        .unwrap();
    let payload = json!({ "ref": "refs/heads/main", "tag": "1.2", "repository": "shop/web", "build": { "number": 6 } });
    let event = deliver(&bed, "1", payload).await;
    let view = bed.succeeded(&started(&event)).await.unwrap();
    let trigger = &view.execution.trigger;
    let parameters = trigger.get("parameters").unwrap();
    assert_eq!(parameters["version"], "v1.2", "a parameter of the trigger");
    assert_eq!(parameters["image"], "shop/web:1.2", "a default of the pipeline");
    assert_eq!(parameters["needed"], Value::Null, "required of people only");
    assert_eq!(parameters["later"], "${#stage('none')['outputs']}", "what cannot be evaluated yet stays");
    assert_eq!(trigger.get("description").unwrap(), "Build 7");
    assert_eq!(trigger.get("resolvedExpectedArtifacts").unwrap()[0]["boundArtifact"]["version"], "1.2");
    let outputs = &stage(&view, "0").outputs;
    assert_eq!(outputs.get("said").unwrap(), "1.2", "stages read the payload");
    assert_eq!(outputs.get("old").unwrap(), "kept", "and every other key of the trigger");
    // Constraints are patterns for what strangers send: evaluated on it, this one would hold for every `ref`.
    let event = deliver(&bed, "2", json!({ "ref": "refs/heads/topic", "tag": "1.3" })).await;
    assert_eq!(refused(&event), "trigger.constraint-failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_triggers_that_fit_one_event_start_their_pipeline_once() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let trigger = |enabled: Value| json!({ "type": "webhook", "enabled": enabled, "source": "ci" });
    let mut silent = trigger(true.into());
    silent.as_object_mut().unwrap().remove("enabled");
    bed.save(listening(json!([trigger(true.into()), trigger(true.into()), trigger(false.into()), silent]), json!({})))
        .await
        .unwrap();
    let event = deliver(&bed, "1", json!({ "tag": "1" })).await;
    let at: Vec<usize> = event.outcomes.iter().map(|outcome| outcome.index).collect();
    assert_eq!(at, [0, 1], "one that is not enabled, or does not say, is not asked");
    assert_eq!(event.outcomes[0].result, event.outcomes[1].result);
    bed.succeeded(&started(&event)).await.unwrap();
    assert_eq!(bed.store.executions().list(&store::ExecutionFilter::default(), None, 9).await.unwrap().items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_listed_artifact_lets_a_trigger_fire_and_the_start_wants_all() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let trigger = json!([{ "type": "webhook", "enabled": true, "source": "ci", "expectedArtifactIds": ["a", "b"] }]);
    let expected =
        json!([{ "id": "a", "matchArtifact": { "name": "web" } }, { "id": "b", "matchArtifact": { "name": "api" } }]);
    bed.save(listening(trigger, json!({ "expectedArtifacts": expected }))).await.unwrap();
    let none = deliver(&bed, "1", json!({ "artifacts": [{ "name": "other" }] })).await;
    assert_eq!(refused(&none), "trigger.artifacts-unmatched");
    let both = deliver(&bed, "2", json!({ "tag": "1", "artifacts": [{ "name": "web" }, { "name": "api" }] })).await;
    bed.succeeded(&started(&both)).await.unwrap();
    let one = deliver(&bed, "3", json!({ "artifacts": [{ "name": "web" }] })).await;
    let failed = bed.view(&started(&one)).await.unwrap();
    assert_eq!(failed.status, ExecutionStatus::Terminal);
    assert!(failed.refused.unwrap().starts_with("Failed on startup: Unmatched expected artifact"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_may_ask_for_a_dry_run() {
    let bed = Bed::open(&["scripted", "idle", "trigger-webhook"]).await.unwrap();
    let trigger = json!([{ "type": "webhook", "enabled": true, "source": "ci", "dryRun": true }]);
    let mut document = chain(vec![act("nothing", json!({}))]);
    document["triggers"] = trigger;
    bed.save(document).await.unwrap();
    let event = deliver(&bed, "1", json!({})).await;
    let view = bed.succeeded(&started(&event)).await.unwrap();
    assert_eq!(view.execution.trigger.get("dryRun").unwrap(), true);
    assert_eq!(bed.stats().calls, 0, "nothing was done");
}
