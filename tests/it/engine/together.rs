//! Stages that ask for nothing are driven together, and committed once.

use serde_json::json;
use tests::bed::Bed;

use super::{chain, script};

#[tokio::test(flavor = "multi_thread")]
async fn forty_stages_without_effects_cost_one_commit() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let execution = bed.start(chain(vec![json!({ "type": "noop" }); 40])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(view.stages.len(), 40);
    bed.quiet().await;
    let stats = bed.stats();
    assert_eq!((stats.commits, stats.steps, stats.loads), (1, 40, 0), "{stats:?}");
    assert_eq!((stats.drives, stats.stale, stats.swept), (1, 0, 0), "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drive_ends_after_its_share_and_goes_on() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let execution = bed.start(chain(vec![json!({ "type": "noop" }); 150])).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    let stats = bed.stats();
    assert_eq!((stats.commits, stats.steps, stats.loads), (3, 150, 0), "64, 64 and 22 steps: {stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_answered_before_the_commit() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let requests = json!([
        { "label": "far", "query": { "provider": "idle", "kind": "echo", "input": { "a": 1 } } },
        { "label": "own", "query": { "provider": "host", "kind": "stages" } },
        { "label": "text", "evaluate": [{ "value": "${1 + 1}" }] },
        { "label": "told", "notify": { "when": "stage.starting" } },
    ]);
    let execution = bed.start(chain(vec![json!({ "type": "noop" }), script(requests)])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let answers = view.stages[1].context.get("answers").cloned().unwrap();
    assert_eq!(answers["far"], json!({ "a": 1 }));
    assert_eq!(answers["own"][0]["status"], "SUCCEEDED");
    assert_eq!(answers["text"][0]["value"], 2);
    let stats = bed.stats();
    assert_eq!((stats.commits, stats.reads, stats.reads_slow), (1, 2, 0), "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_offers_is_an_answer_in_words() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let requests = json!([
        { "label": "provider", "operate": { "provider": "idel", "kind": "nothing" } },
        { "label": "kind", "operate": { "provider": "idle", "kind": "nothin" } },
        { "label": "query", "query": { "provider": "idle", "kind": "eco" } },
        { "label": "routed", "operate": { "kind": "fetch", "input": { "type": "docker/image" } } },
    ]);
    let mut stage = script(requests);
    stage["tolerate"] = true.into();
    let execution = bed.start(chain(vec![stage])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let code = |label: &str| view.stages[0].context.get("answers").unwrap()[label]["failure"]["code"].clone();
    assert_eq!(code("provider"), "provider.unknown");
    assert_eq!(code("kind"), "operation.unknown");
    assert_eq!(code("query"), "query.unknown");
    assert_eq!(code("routed"), "provider.unknown");
    assert_eq!(bed.stats().calls, 0);
}
