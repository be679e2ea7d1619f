//! Operations: ordered by a commit, performed after it, told with the commit of the next step.

use domain::execution::EventKind;
use serde_json::json;
use tests::bed::Bed;

use super::{act, chain, ordered};

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_rides_with_what_it_leads_to() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("nothing", json!({})); 10])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let key = view.stages[3].context.get("act").unwrap()["key"].as_str().unwrap().to_owned();
    assert_eq!(key, format!("{execution}/{}/1/act", view.stages[3].id));
    let stats = bed.stats();
    assert_eq!((stats.commits, stats.calls, stats.outcomes), (11, 10, 10), "one order and ten outcomes: {stats:?}");
    assert_eq!((stats.loads, stats.stale, stats.operations_open), (0, 0, 0), "{stats:?}");
    assert!(bed.store.operations().open_of(&execution).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn again_waits_and_writes_only_what_is_new() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("slow", json!({ "times": 3, "after": 1_000 }))])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    for tries in 1..=3 {
        bed.asleep(tries, 1_000).await;
        bed.clock.advance(1_000);
    }
    bed.succeeded(&execution).await.unwrap();
    let stats = bed.stats();
    assert_eq!((stats.calls, stats.checkpoints, stats.commits), (4, 3, 2), "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_an_answer_about_the_world() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("fail", json!({ "code": "far.side" }))])).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(view.stages[0].problem.as_ref().unwrap().code.as_str(), "far.side");
    assert_eq!((bed.stats().calls, bed.stats().faults), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_is_tried_again_on_a_fresh_instance_as_a_repeat() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("trap", json!({ "once": true }))])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    bed.asleep(1, 1_000).await;
    bed.clock.advance(1_000);
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(view.stages[0].context.get("act").unwrap()["repeated"], true);
    assert_eq!((bed.stats().calls, bed.stats().faults), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_always_traps_fails_the_stage_after_three_more_tries() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("trap", json!({}))])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    for (tries, wait) in [(1, 1_000), (2, 5_000), (3, 30_000)] {
        bed.asleep(tries, wait).await;
        bed.clock.advance(wait);
    }
    bed.ended(&execution).await.unwrap();
    let failed = bed.until(&execution, |kind| matches!(kind, EventKind::OperationEnded { failure: Some(_), .. })).await;
    failed.unwrap();
    assert_eq!((bed.stats().calls, bed.stats().faults), (4, 4));
}
