//! Cancel, pause, resume.

use app::control::Wish;
use domain::execution::{EventKind, ExecutionStatus};
use domain::stage::StageStatus;
use serde_json::json;
use tests::bed::{Bed, stage};

use super::{act, chain, ordered};

fn started(kind: &EventKind) -> bool {
    matches!(kind, EventKind::StageStarted { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_calls_what_was_begun_once_more_and_starts_nothing() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let slow = act("slow", json!({ "times": 100, "after": 60_000 }));
    let execution = bed.start(chain(vec![slow, json!({ "type": "noop" })])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    bed.asleep(1, 60_000).await;
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Canceled);
    assert_eq!(stage(&view, "0").status, StageStatus::Canceled);
    assert_eq!(stage(&view, "1").status, StageStatus::NotStarted);
    bed.quiet().await;
    assert_eq!((bed.stats().calls, bed.stats().operations_open), (2, 0), "the second call has cleaned up");
    assert!(bed.store.operations().open_of(&execution).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn clean_up_is_performed_after_the_cancel() {
    let bed = Bed::open(&["scripted", "idle", "stage-wait"]).await.unwrap();
    let stage_with_clean_up = json!({ "type": "script",
        "requests": [{ "label": "long", "timer": { "after": 3_600_000 } }],
        "onCancel": [{ "label": "undo", "operate": { "provider": "idle", "kind": "nothing" } }] });
    let execution = bed.start(chain(vec![stage_with_clean_up])).await.unwrap();
    bed.until(&execution, started).await.unwrap();
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Canceled);
    assert_eq!((bed.stats().calls, bed.stats().outcomes), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_does_not_heed_is_abandoned_after_its_grace() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let stubborn = act("slow", json!({ "times": 2, "after": 600_000, "stubborn": true }));
    let execution = bed.start(chain(vec![stubborn])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    bed.asleep(1, 600_000).await;
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    bed.asleep(2, 600_000).await;
    bed.clock.advance(30_000);
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Canceled);
    // Its outcome comes late; nobody wants it, and it is written all the same.
    assert_eq!(bed.stats().operations_open, 1);
    bed.clock.advance(600_000);
    bed.operations_closed(&execution).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_records_outcomes_and_starts_nothing_until_the_resume() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let slow = act("slow", json!({ "times": 1, "after": 1_000 }));
    let execution = bed.start(chain(vec![slow, json!({ "type": "noop" })])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    bed.asleep(1, 1_000).await;
    bed.wish(&execution, Wish::Pause).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::ExecutionPaused { .. })).await.unwrap();
    bed.clock.advance(1_000);
    bed.until(&execution, |kind| matches!(kind, EventKind::OperationEnded { .. })).await.unwrap();
    bed.quiet().await;
    let view = bed.view(&execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Paused);
    assert_eq!(stage(&view, "1").status, StageStatus::NotStarted);
    bed.wish(&execution, Wish::Resume).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    assert_eq!(bed.stats().calls, 2, "what was begun went on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_before_it_starts_never_begins() {
    // A stopped engine drives nothing: the cancel is there before the first drive.
    let bed = Bed::open(&["scripted"]).await.unwrap();
    bed.engine.stop().await;
    let execution = bed.start(chain(vec![json!({ "type": "noop" })])).await.unwrap();
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    let bed = bed.crash().await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!((view.status, view.execution.started()), (ExecutionStatus::Canceled, None));
    assert_eq!(stage(&view, "0").status, StageStatus::NotStarted);
}
