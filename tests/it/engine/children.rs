//! Pipelines that run pipelines.

use app::Caller;
use app::control::Wish;
use domain::execution::{EventKind, ExecutionStatus};
use domain::stage::StageStatus;
use domain::{ExecutionId, Params};
use serde_json::json;
use tests::bed::{Bed, stage};

use super::chain;

async fn bed_with_child(child: serde_json::Value) -> (Bed, String) {
    let bed = Bed::open(&["scripted", "manual-judgment", "stage-wait", "stage-pipeline"]).await.unwrap();
    let id = bed.save(child).await.unwrap();
    (bed, id)
}

async fn child_of(bed: &Bed, execution: &ExecutionId) -> ExecutionId {
    bed.until(execution, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    let view = bed.view(execution).await.unwrap();
    ExecutionId::from(stage(&view, "0").context.get("executionId").unwrap().as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_shares_its_childs_end_and_outputs() {
    let outputs = json!({ "type": "script", "outputs": { "image": "a:1" } });
    let (bed, id) = bed_with_child(chain(vec![outputs])).await;
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": id })])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").outputs.get("image").unwrap(), "a:1");
    assert_eq!(bed.stats().ended, 2);
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_below_is_named_above() {
    let fails = json!({ "type": "script", "name": "Break", "finish": { "status": "failed",
        "problem": { "class": "internal", "code": "a.b", "message": "It broke." } } });
    let (bed, id) = bed_with_child(chain(vec![fails])).await;
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": id })])).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Terminal);
    let message = &stage(&view, "0").problem.as_ref().unwrap().message;
    assert_eq!(message, "Exception in child pipeline stage (chain: Break): It broke.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_parent_cancels_its_child() {
    let (bed, id) = bed_with_child(chain(vec![json!({ "type": "wait", "waitTime": 3_600 })])).await;
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": id })])).await.unwrap();
    let child = child_of(&bed, &execution).await;
    bed.until(&child, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Canceled);
    assert_eq!(bed.ended(&child).await.unwrap().status, ExecutionStatus::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_child_cancels_the_stage_that_waits() {
    let (bed, id) = bed_with_child(chain(vec![json!({ "type": "wait", "waitTime": 3_600 })])).await;
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": id })])).await.unwrap();
    let child = child_of(&bed, &execution).await;
    bed.until(&child, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.wish(&child, Wish::Cancel).await.unwrap();
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_that_is_not_there_fails_the_stage() {
    let bed = Bed::open(&["scripted", "stage-pipeline"]).await.unwrap();
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": "none" })])).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").problem.as_ref().unwrap().code.as_str(), "pipeline.unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_a_child_makes_the_parent_wait_for_it_again() {
    let judged = json!({ "type": "manualJudgment", "name": "Judge" });
    let (bed, id) =
        bed_with_child(chain(vec![judged, json!({ "type": "script", "outputs": { "image": "b:2" } })])).await;
    let stages = vec![json!({ "type": "pipeline", "pipeline": id }), json!({ "type": "noop" })];
    let execution = bed.start(chain(stages)).await.unwrap();
    let child = child_of(&bed, &execution).await;
    answer(&bed, &child, "stop").await;
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Terminal);

    bed.app.restart_stage(&Caller::system(), child.as_str(), "0", None).await.unwrap();
    answer(&bed, &child, "continue").await;
    while bed.view(&execution).await.unwrap().status != ExecutionStatus::Succeeded {
        tokio::task::yield_now().await;
    }
    let view = bed.view(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").run, 2);
    assert_eq!(stage(&view, "0").context.get("executionId").unwrap(), child.as_str(), "it is the same child");
    assert_eq!(stage(&view, "0").outputs.get("image").unwrap(), "b:2");
    assert_eq!(stage(&view, "1").status, StageStatus::Succeeded);
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_waits_again_still_cancels_its_child() {
    let (bed, id) = bed_with_child(chain(vec![json!({ "type": "wait", "waitTime": 3_600 })])).await;
    let execution = bed.start(chain(vec![json!({ "type": "pipeline", "pipeline": id })])).await.unwrap();
    let child = child_of(&bed, &execution).await;
    bed.until(&child, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.wish(&child, Wish::Cancel).await.unwrap();
    bed.ended(&execution).await.unwrap();
    bed.app.restart_stage(&Caller::system(), child.as_str(), "0", None).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::StageStarted { run: 2, .. })).await.unwrap();
    bed.until(&child, |kind| matches!(kind, EventKind::StageStarted { run: 2, .. })).await.unwrap();
    bed.wish(&execution, Wish::Cancel).await.unwrap();
    while bed.view(&child).await.unwrap().status != ExecutionStatus::Canceled {
        tokio::task::yield_now().await;
    }
    assert_eq!(bed.stats().ended, 4, "both have ended twice");
}

async fn answer(bed: &Bed, execution: &ExecutionId, word: &str) {
    let open = loop {
        let open = bed.app.open_questions_of(&Caller::system(), execution.as_str()).await.unwrap();
        if let Some(open) = open.first() {
            break open.id();
        }
        tokio::task::yield_now().await;
    };
    bed.app.answer(&Caller::system(), &open, Params::new(json!({ "status": word }))).await.unwrap();
}
