//! Executions of one pipeline take turns, across crashes and without anybody asking whether it is their turn.

use app::Caller;
use app::control::Wish;
use app::start::Target;
use domain::execution::{EventKind, ExecutionStatus};
use domain::{ExecutionId, Params};
use serde_json::{Value, json};
use tests::bed::Bed;

use super::chain;

const PLUGINS: &[&str] = &["scripted", "stage-wait", "stage-pipeline"];

/// A document that waits for ten seconds, with these members beside its stages.
fn waits(limits: Value) -> Value {
    let mut document = chain(vec![json!({ "type": "wait", "waitTime": 10 })]);
    document.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
    document
}

async fn start(bed: &Bed, pipeline: &str) -> ExecutionId {
    let target = Target::Pipeline(pipeline.to_owned());
    bed.app.start(&Caller::system(), target, &Params::object()).await.unwrap().execution.id
}

async fn starts(bed: &Bed, pipeline: &str, count: usize) -> Vec<ExecutionId> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(start(bed, pipeline).await);
    }
    bed.until(&made[0], started).await.unwrap();
    bed.quiet().await;
    made
}

fn started(kind: &EventKind) -> bool {
    matches!(kind, EventKind::StageStarted { .. })
}

/// `N`ot started, `R`unning, `P`aused, `S`ucceeded, `C`anceled, in order.
async fn statuses(bed: &Bed, executions: &[ExecutionId]) -> String {
    let mut letters = String::new();
    for execution in executions {
        letters.push_str(&bed.view(execution).await.unwrap().status.as_str()[..1]);
    }
    letters
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_starts_the_others_are_cancelled() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true }))).await.unwrap();
    let made = starts(&bed, &pipeline, 4).await;
    assert_eq!(statuses(&bed, &made).await, "RNNN");
    let waiting = bed.view(&made[3]).await.unwrap().waiting.expect("it says what it waits behind");
    assert_eq!((waiting.limit, waiting.running, waiting.older, waiting.keep), (1, 1, 2, false));
    assert_eq!(bed.view(&made[0]).await.unwrap().waiting, None);
    bed.clock.advance(10_000);
    bed.ended(&made[1]).await.unwrap();
    bed.until(&made[3], started).await.unwrap();
    bed.ended(&made[2]).await.unwrap();
    assert_eq!(statuses(&bed, &made).await, "SCCR");
    let cancelled = bed.view(&made[1]).await.unwrap().execution;
    assert_eq!((cancelled.control.by.as_deref(), cancelled.started()), (Some("spinnaker"), None));
    bed.clock.advance(10_000);
    bed.succeeded(&made[3]).await.unwrap();
    assert_eq!(bed.stats().swept, 0);
}

/// Absent and null limit nothing; `limitConcurrent` makes `maxConcurrentExecutions` irrelevant (traps 3 and 13).
#[tokio::test(flavor = "multi_thread")]
async fn what_limits_and_what_does_not() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let table = [
        (json!({}), "RRR"),
        (json!({ "limitConcurrent": null, "maxConcurrentExecutions": null }), "RRR"),
        (json!({ "limitConcurrent": "false", "maxConcurrentExecutions": "2" }), "RRN"),
        (json!({ "limitConcurrent": true, "maxConcurrentExecutions": 2 }), "RNN"),
    ];
    for (at, (limits, expected)) in table.into_iter().enumerate() {
        let mut document = waits(limits.clone());
        document["name"] = format!("limited {at}").into();
        let pipeline = bed.save(document).await.unwrap();
        let made = starts(&bed, &pipeline, 3).await;
        bed.until(&made[expected.matches('R').count() - 1], started).await.unwrap();
        bed.quiet().await;
        assert_eq!(statuses(&bed, &made).await, expected, "{limits}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_wait_start_in_order_whatever_crashes() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true, "keepWaitingPipelines": true }))).await.unwrap();
    let made = starts(&bed, &pipeline, 4).await;
    bed = bed.crash().await.unwrap();
    for (turn, execution) in made.iter().enumerate() {
        bed.until(execution, started).await.unwrap();
        bed.quiet().await;
        let expected: String =
            (0..4).map(|other| ["S", "R", "N"][1 + usize::from(other > turn) - usize::from(other < turn)]).collect();
        assert_eq!(statuses(&bed, &made).await, expected);
        bed = bed.crash().await.unwrap();
        bed.quiet().await;
        bed.clock.advance(10_000);
        bed.succeeded(execution).await.unwrap();
        // As a crash right after the commit that gave the slot away leaves it.
        bed = bed.crash().await.unwrap();
    }
    assert_eq!(statuses(&bed, &made).await, "SSSS");
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_that_nobody_drove_yet_holds_its_slot() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true, "keepWaitingPipelines": true }))).await.unwrap();
    bed.engine.stop().await;
    let made = [start(&bed, &pipeline).await, start(&bed, &pipeline).await];
    bed = bed.crash().await.unwrap();
    bed.until(&made[0], started).await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &made).await, "RN");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_can_be_cancelled() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline =
        bed.save(waits(json!({ "maxConcurrentExecutions": 1, "keepWaitingPipelines": true }))).await.unwrap();
    let made = starts(&bed, &pipeline, 3).await;
    bed.wish(&made[1], Wish::Cancel).await.unwrap();
    let view = bed.ended(&made[1]).await.unwrap();
    assert_eq!((view.status, view.execution.started()), (ExecutionStatus::Canceled, None));
    assert_eq!(statuses(&bed, &made).await, "RCN", "it has freed nothing");
    bed.wish(&made[0], Wish::Cancel).await.unwrap();
    bed.until(&made[2], started).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lets_the_next_start() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true }))).await.unwrap();
    let made = starts(&bed, &pipeline, 2).await;
    bed.wish(&made[0], Wish::Pause).await.unwrap();
    bed.until(&made[1], started).await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &made).await, "PR");
    bed.wish(&made[0], Wish::Resume).await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &made).await, "RR", "both run after the resume");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_higher_limit_starts_what_waits() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let limited = waits(json!({ "id": "the-pipeline", "limitConcurrent": true, "keepWaitingPipelines": true }));
    let pipeline = bed.save(limited).await.unwrap();
    let made = starts(&bed, &pipeline, 3).await;
    bed.save(waits(json!({ "id": "the-pipeline", "maxConcurrentExecutions": 2, "keepWaitingPipelines": true })))
        .await
        .unwrap();
    bed.until(&made[1], started).await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &made).await, "RRN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_waits_too_and_its_purge_cancels_the_parents_stage() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true }))).await.unwrap();
    let first = starts(&bed, &pipeline, 1).await.remove(0);
    let parent = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": pipeline })])).await.unwrap();
    bed.until(&parent, started).await.unwrap();
    bed.quiet().await;
    let newest = start(&bed, &pipeline).await;
    bed.quiet().await;
    assert_eq!(statuses(&bed, &[parent.clone(), newest.clone()]).await, "RN", "the parent waits with its child");
    bed.clock.advance(10_000);
    bed.succeeded(&first).await.unwrap();
    assert_eq!(bed.ended(&parent).await.unwrap().status, ExecutionStatus::Canceled);
    bed.until(&newest, started).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_would_wait_for_its_ancestor_is_refused() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let mut document = chain(vec![json!({ "type": "pipeline", "pipeline": "round" })]);
    document.as_object_mut().unwrap().extend([("id".into(), json!("round")), ("limitConcurrent".into(), json!(true))]);
    let pipeline = bed.save(document).await.unwrap();
    let execution = start(&bed, &pipeline).await;
    let view = bed.ended(&execution).await.unwrap();
    let problem = tests::bed::stage(&view, "0").problem.clone().expect("it failed");
    assert_eq!(problem.code.as_str(), "execution.child-would-wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_takes_its_turn_behind_what_runs() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let pipeline = bed.save(waits(json!({ "limitConcurrent": true }))).await.unwrap();
    let first = start(&bed, &pipeline).await;
    bed.until(&first, started).await.unwrap();
    bed.quiet().await;
    bed.clock.advance(10_000);
    bed.succeeded(&first).await.unwrap();
    let second = starts(&bed, &pipeline, 1).await.remove(0);
    bed.app.restart_stage(&Caller::system(), first.as_str(), "0", None).await.unwrap();
    bed.quiet().await;
    let both = [first.clone(), second.clone()];
    assert_eq!(statuses(&bed, &both).await, "NR");
    assert!(bed.view(&first).await.unwrap().waiting.is_some(), "it says what it waits behind");
    bed = bed.crash().await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &both).await, "NR");
    bed.clock.advance(10_000);
    bed.succeeded(&second).await.unwrap();
    bed.until(&first, |kind| matches!(kind, EventKind::StageStarted { run: 2, .. })).await.unwrap();
    bed.quiet().await;
    assert_eq!(statuses(&bed, &both).await, "RS");
    bed.clock.advance(10_000);
    bed.succeeded(&first).await.unwrap();
}
