//! A plugin that fails costs its stage, and nothing else.

use domain::stage::StageStatus;
use serde_json::json;
use tests::bed::{Bed, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_retried_and_then_fails_that_stage_alone() {
    let bed = Bed::open(&["scripted", "panics"]).await.unwrap();
    let document = json!({ "name": "faults", "stages": [
        { "refId": "bad", "type": "panics", "name": "Bad", "message": "ouch", "failPipeline": false, "continuePipeline": true },
        { "refId": "good", "type": "noop", "name": "Good" },
        { "refId": "after", "type": "noop", "name": "After", "requisiteStageRefIds": ["bad", "good"] },
    ] });
    let execution = bed.start(document).await.unwrap();
    for (faults, wait) in [(1, 1_000), (2, 5_000), (3, 30_000)] {
        while bed.stats().faults < faults {
            tokio::task::yield_now().await;
        }
        bed.quiet().await;
        bed.clock.advance(wait);
    }
    let view = bed.succeeded(&execution).await.unwrap();
    let bad = stage(&view, "bad");
    assert_eq!(bad.status, StageStatus::FailedContinue);
    assert!(format!("{:?}", bad.problem).contains("ouch"), "the guest's own words are told: {:?}", bad.problem);
    assert_eq!(stage(&view, "good").status, StageStatus::Succeeded);
    assert_eq!(bed.stats().faults, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synthetic_stage_of_an_unknown_type_fails_in_words() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let children =
        json!({ "placement": "before", "stages": [{ "ref": "1", "stageType": "nowhere", "name": "Child" }] });
    let document = json!({ "name": "faults", "stages": [
        { "refId": "1", "type": "script", "name": "Parent", "requests": [{ "label": "children", "runStages": children }] },
    ] });
    let execution = bed.start(document).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    let answers = stage(&view, "1").context.get("answers").cloned().unwrap();
    assert_eq!(answers["children"]["status"], "TERMINAL", "what follows is the parent's to decide");
    assert_eq!(stage(&view, "1<1").problem.as_ref().unwrap().code.as_str(), "stage.unknown-type");
}
