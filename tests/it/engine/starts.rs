//! Starts that fail, dry runs, and a server that is paused.

use app::Caller;
use app::start::Target;
use domain::execution::{EventKind, ExecutionStatus};
use domain::stage::StageStatus;
use domain::{ExecutionId, Params};
use serde_json::{Value, json};
use tests::bed::{Bed, stage};

use super::{act, asked, chain};

async fn start(bed: &Bed, document: Value, trigger: Value) -> Result<ExecutionId, app::AppError> {
    let target =
        Target::Document { application: Some(tests::bed::APPLICATION.into()), document: Params::new(document) };
    Ok(bed.app.start(&Caller::system(), target, &Params::new(trigger)).await?.execution.id)
}

fn started(kind: &EventKind) -> bool {
    matches!(kind, EventKind::StageStarted { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_without_stages_ends_at_once() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    for stages in [json!([]), Value::Null] {
        let execution = bed.start(json!({ "name": "empty", "stages": stages })).await.unwrap();
        assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Terminal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_dry_run_nothing_acts_and_people_are_asked() {
    let bed = Bed::open(&["scripted", "idle", "stage-wait", "stage-manual-judgment", "stage-pipeline"]).await.unwrap();
    let child = bed.save(chain(vec![act("nothing", json!({}))])).await.unwrap();
    let stages = vec![
        act("nothing", json!({})),
        json!({ "type": "wait", "waitTime": 3_600 }),
        json!({ "type": "script", "outputs": { "a": 1 } }),
        json!({ "type": "pipeline", "pipeline": child }),
        json!({ "type": "manualJudgment" }),
    ];
    let execution = start(&bed, chain(stages), json!({ "dryRun": true })).await.unwrap();
    bed.until(&execution, asked).await.unwrap();
    bed.quiet().await;
    let view = bed.view(&execution).await.unwrap();
    for reference in ["0", "1", "2", "3"] {
        assert_eq!(stage(&view, reference).status, StageStatus::Succeeded, "{reference}");
    }
    assert_eq!(stage(&view, "0").phases[0].name, "dryRun");
    assert_eq!(stage(&view, "2").outputs.get("a").unwrap(), 1, "what only computes is real");
    let below = stage(&view, "3").context.get("executionId").unwrap().as_str().unwrap().into();
    assert_eq!(bed.view(&below).await.unwrap().execution.trigger.get("dryRun").unwrap(), true);
    assert_eq!(bed.stats().calls, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_starts_nothing_and_lets_go_on_what_runs() {
    let mut bed = Bed::open(&["scripted", "stage-wait", "stage-pipeline"]).await.unwrap();
    let child = bed.save(chain(vec![json!({ "type": "wait", "waitTime": 1 })])).await.unwrap();
    let stages = vec![json!({ "type": "wait", "waitTime": 10 }), json!({ "type": "pipeline", "pipeline": child })];
    let runs = start(&bed, chain(stages), json!({})).await.unwrap();
    bed.until(&runs, started).await.unwrap();
    bed.app.pause_system(&Caller::system(), Some("a move".into()), false).await.unwrap();
    bed = bed.crash().await.unwrap();
    let refused = start(&bed, chain(vec![]), json!({})).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "system.paused");
    assert!(refused.message.contains("a move"), "{refused}");
    bed.quiet().await;
    bed.clock.advance(10_000);
    bed.until(&runs, |kind| matches!(kind, EventKind::StageStarted { reference, .. } if reference.as_str() == "1"))
        .await
        .unwrap();
    bed.quiet().await;
    bed.clock.advance(1_000);
    bed.succeeded(&runs).await.unwrap();
    bed.app.resume_system(&Caller::system()).await.unwrap();
    start(&bed, chain(vec![]), json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_may_hold_what_runs_and_its_resume_lets_that_go_on() {
    let bed = Bed::open(&["scripted", "stage-wait"]).await.unwrap();
    let waits = || chain(vec![json!({ "type": "wait", "waitTime": 10 })]);
    let (held, own) = (bed.start(waits()).await.unwrap(), bed.start(waits()).await.unwrap());
    for execution in [&held, &own] {
        bed.until(execution, started).await.unwrap();
    }
    bed.wish(&own, app::control::Wish::Pause).await.unwrap();
    bed.quiet().await;
    bed.clock.advance(1_000);
    bed.app.pause_system(&Caller::system(), None, true).await.unwrap();
    bed.quiet().await;
    assert_eq!(bed.view(&held).await.unwrap().status, ExecutionStatus::Paused);
    bed.app.resume_system(&Caller::system()).await.unwrap();
    bed.quiet().await;
    assert_eq!(bed.view(&held).await.unwrap().status, ExecutionStatus::Running);
    assert_eq!(bed.view(&own).await.unwrap().status, ExecutionStatus::Paused, "that was somebody else's pause");
}
