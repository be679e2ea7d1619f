//! Nothing is remembered outside the store: stopped anywhere and opened again, everything goes on.

use app::Caller;
use app::control::Wish;
use domain::Params;
use domain::execution::EventKind;
use domain::operation::Begun;
use engine::Config;
use serde_json::json;
use store::{Checkpoint, Write};
use tests::bed::{Bed, stage};

use super::{act, asked, chain, ordered};

#[tokio::test(flavor = "multi_thread")]
async fn timers_questions_and_operations_survive() {
    let mut bed = Bed::open(&["scripted", "idle", "stage-wait", "stage-manual-judgment"]).await.unwrap();
    let waits = bed.start(chain(vec![json!({ "type": "wait", "waitTime": 100 })])).await.unwrap();
    let judges = bed.start(chain(vec![json!({ "type": "manualJudgment" })])).await.unwrap();
    let acts = bed.start(chain(vec![act("slow", json!({ "times": 2, "after": 50_000 }))])).await.unwrap();
    bed.until(&waits, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.until(&judges, asked).await.unwrap();
    bed.until(&acts, ordered).await.unwrap();
    bed.asleep(1, 50_000).await;
    bed = bed.crash().await.unwrap();
    // Open operations are called once at the start, from their last checkpoint.
    bed.asleep(1, 50_000).await;
    let question = bed.view(&judges).await.unwrap().questions[0].id();
    bed.app.answer(&Caller::system(), &question, Params::new(json!({ "status": "continue" }))).await.unwrap();
    bed.succeeded(&judges).await.unwrap();
    bed.clock.advance(50_000);
    let acted = bed.succeeded(&acts).await.unwrap();
    assert_eq!(stage(&acted, "0").context.get("act").unwrap()["tries"], 3, "it went on from its checkpoint");
    bed.clock.advance(50_000);
    bed.succeeded(&waits).await.unwrap();
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_must_not_be_repeated_is_answered_unknown_if_it_was_begun() {
    let mut bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let execution = bed.start(chain(vec![act("once", json!({}))])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").context.get("act").unwrap()["repeated"], false);
    // As a crash after the try and before its outcome leaves it: begun, and no outcome.
    bed = bed.crash_into(Config { operations: 0, ..Config::default() }).await.unwrap();
    let begun = bed.start(chain(vec![act("once", json!({}))])).await.unwrap();
    bed.until(&begun, ordered).await.unwrap();
    let operation = bed.all_operations(&begun).await.unwrap().remove(0);
    let checkpoint = Checkpoint { key: operation.key, begun: Begun::default() };
    bed.write(vec![Write::Checkpoint(checkpoint)]).await.unwrap();
    bed = bed.crash().await.unwrap();
    let view = bed.ended(&begun).await.unwrap();
    assert_eq!(stage(&view, "0").problem.as_ref().unwrap().code.as_str(), "operation.outcome-unknown");
    assert_eq!(bed.stats().calls, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_must_not_be_repeated_is_called_if_it_was_only_ordered() {
    let mut bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    bed = bed.crash_into(Config { operations: 0, ..Config::default() }).await.unwrap();
    let execution = bed.start(chain(vec![act("once", json!({}))])).await.unwrap();
    bed.until(&execution, ordered).await.unwrap();
    bed = bed.crash().await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").context.get("act").unwrap()["repeated"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_admitted_and_controls_raised_without_an_engine_are_found() {
    let mut bed = Bed::open(&["scripted", "stage-wait"]).await.unwrap();
    let waits = bed.start(chain(vec![json!({ "type": "wait", "waitTime": 3_600 })])).await.unwrap();
    bed.until(&waits, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.quiet().await;
    bed.engine.stop().await;
    let admitted = bed.start(chain(vec![json!({ "type": "noop" })])).await.unwrap();
    bed.wish(&waits, Wish::Cancel).await.unwrap();
    bed = bed.crash().await.unwrap();
    bed.succeeded(&admitted).await.unwrap();
    bed.ended(&waits).await.unwrap();
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_moment_ends_every_execution_once() {
    let mut bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let document = chain(vec![act("nothing", json!({})); 8]);
    let mut executions = Vec::new();
    for round in 0..12 {
        for _ in 0..5 {
            executions.push(bed.start(document.clone()).await.unwrap());
        }
        for _ in 0..round * 40 {
            tokio::task::yield_now().await;
        }
        // All at once, since this test's clock stands still.
        bed = bed.crash_into(Config { recovery_rate: 1_000, ..Config::default() }).await.unwrap();
    }
    // Recovery spreads what it wakes over moments of the clock, and this clock is moved by hand.
    let clock = bed.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            clock.advance(1);
            tokio::task::yield_now().await;
        }
    });
    for execution in &executions {
        bed.succeeded(execution).await.unwrap();
        let ends = bed.events(execution).await.unwrap();
        let count = |wanted: fn(&EventKind) -> bool| ends.iter().filter(|event| wanted(&event.kind)).count();
        assert_eq!(count(|kind| matches!(kind, EventKind::ExecutionEnded { .. })), 1);
        assert_eq!(count(|kind| matches!(kind, EventKind::OperationEnded { .. })), 8);
    }
    ticking.abort();
    bed.quiet().await;
    assert_eq!((bed.stats().operations_open, bed.stats().swept), (0, 0));
}
