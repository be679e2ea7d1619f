//! Configured triggers over saves, the dates that were decided, and how many events stay.

mod bed;

use bed::{Bed, START};
use domain::trigger::TriggerEvent;
use domain::{Params, Timestamp};
use store::{Configured, ConfiguredTrigger, EventFilter, Write, WriteError};

async fn opened() -> Bed {
    let bed = Bed::new().await;
    bed.write(vec![Write::SaveApplication { application: bed::application("demo", 1), expect: None }]).await;
    bed
}

fn document(triggers: &str, more: &str) -> Params {
    Params::parse(&format!(r#"{{"name":"p","stages":[],"triggers":[{triggers}]{more}}}"#)).expect("JSON")
}

async fn save(bed: &Bed, revision: i64, at: i64, document: Params) {
    let pipeline = domain::pipeline::Pipeline {
        id: "p".into(),
        application: "demo".into(),
        name: "p".into(),
        revision,
        document,
        updated: Timestamp(START + at),
        updated_by: "ann".into(),
    };
    bed.write(vec![Write::SavePipeline { pipeline, expect: Some(revision - 1) }]).await;
}

async fn triggers(bed: &Bed) -> Vec<ConfiguredTrigger> {
    bed.store.pipelines().triggers_in(&"p".into()).await.expect("read")
}

fn dated(trigger: &ConfiguredTrigger, at: i64) -> Write {
    let (pipeline, config) = (trigger.pipeline.clone(), trigger.config.clone());
    Write::Dated { pipeline, trigger: trigger.index, config, at: Timestamp(START + at) }
}

const A: &str = r#"{"type":"cron","id":"a","enabled":true,"cronExpression":"x"}"#;
const A_NEW: &str = r#"{"type":"cron","id":"a","enabled":true,"cronExpression":"y"}"#;
const B: &str = r#"{"type":"cron","enabled":true,"cronExpression":"z"}"#;

#[tokio::test]
async fn a_save_keeps_what_was_decided_and_since_when_it_stands() {
    let bed = opened().await;
    let seen = async || {
        let all = triggers(&bed).await;
        all.iter().map(|one| (one.since.0 - START, one.fired.map(|at| at.0 - START))).collect::<Vec<_>>()
    };
    save(&bed, 1, 10, document(&format!("{A},{B}"), "")).await;
    assert_eq!(seen().await, [(10, None), (10, None)]);
    bed.write(vec![dated(&triggers(&bed).await[0], 100)]).await;
    save(&bed, 2, 20, document(&format!("{B},{A}"), r#","description":"other""#)).await;
    assert_eq!(seen().await, [(10, None), (10, Some(100))], "wherever it stands");
    save(&bed, 3, 30, document(&format!("{A_NEW},{B}"), "")).await;
    assert_eq!(seen().await, [(30, Some(100)), (10, None)], "it says something else");
    save(&bed, 4, 40, document(&format!("{A_NEW},{B}"), r#","disabled":true"#)).await;
    save(&bed, 5, 50, document(&format!("{A_NEW},{B}"), "")).await;
    assert_eq!(seen().await, [(50, Some(100)), (50, None)], "it was off meanwhile");
    save(&bed, 6, 60, document(B, "")).await;
    save(&bed, 7, 70, document(&format!("{A_NEW},{B}"), "")).await;
    assert_eq!(seen().await, [(70, None), (50, None)], "it was gone meanwhile");
}

#[tokio::test]
async fn a_date_is_decided_forward_and_only_for_what_is_configured() {
    let bed = opened().await;
    save(&bed, 1, 10, document(A, "")).await;
    let trigger = triggers(&bed).await.remove(0);
    bed.write(vec![dated(&trigger, 100)]).await;
    let gone = WriteError::Gone { what: "trigger" };
    for at in [100, 99] {
        assert_eq!(bed.refused(vec![dated(&trigger, at)]).await, gone);
    }
    bed.write(vec![dated(&trigger, 101)]).await;
    save(&bed, 2, 20, document(A_NEW, "")).await;
    assert_eq!(bed.refused(vec![dated(&trigger, 200)]).await, gone, "it says something else now");
    save(&bed, 3, 30, document(A, r#","disabled":true"#)).await;
    assert_eq!(bed.refused(vec![dated(&trigger, 200)]).await, gone, "its pipeline is off");
}

#[tokio::test]
async fn saves_and_removals_are_told_after_their_commit() {
    let bed = opened().await;
    let mut told = bed.store.configured();
    save(&bed, 1, 10, document(A, "")).await;
    assert_eq!(told.recv().await, Ok(Configured::Pipeline("p".into())));
    bed.write(vec![Write::DeletePipeline("p".into())]).await;
    assert_eq!(told.recv().await, Ok(Configured::Pipeline("p".into())));
    bed.refused(vec![Write::DeletePipeline("p".into())]).await;
    assert!(told.try_recv().is_err(), "what was refused is not told");
}

fn event(number: i64) -> Write {
    let outcome = domain::trigger::TriggerOutcome {
        pipeline: "p".into(),
        index: 0,
        result: Err((domain::code::code("trigger.other-source"), "No.".into())),
    };
    let event = TriggerEvent {
        key: number.to_string(),
        kind: "hook".into(),
        source: Params::object(),
        payload: Params::object(),
        received: Timestamp(START + number),
    };
    Write::Event { event, outcomes: vec![outcome] }
}

#[tokio::test]
async fn the_oldest_events_go_with_what_was_looked_at_for_them() {
    let bed = opened().await;
    for number in 1..=10 {
        bed.write(vec![event(number)]).await;
    }
    let keys = async |pipeline: Option<&str>| {
        let filter = EventFilter { kind: None, pipeline: pipeline.map(Into::into) };
        let page = bed.store.triggers().events(&filter, None, 50).await.expect("read");
        page.items.into_iter().map(|one| one.event.key).collect::<Vec<_>>().join(" ")
    };
    bed.write(vec![Write::ForgetEvents { most: 8, before: Timestamp(START) }]).await;
    assert_eq!(keys(None).await, "10 9 8 7 6 5 4 3");
    bed.write(vec![Write::ForgetEvents { most: 8, before: Timestamp(START + 6) }]).await;
    assert_eq!(keys(None).await, "10 9 8 7 6");
    assert_eq!(keys(Some("p")).await, "10 9 8 7 6");
    bed.write(vec![Write::ForgetEvents { most: 100, before: Timestamp(START) }]).await;
    bed.write(vec![event(11), Write::ForgetEvents { most: 2, before: Timestamp(START) }]).await;
    assert_eq!(keys(Some("p")).await, "11 10", "the one of the same unit stays");
    assert!(bed.store.triggers().by_key("11").await.expect("read").is_some());
    assert!(bed.store.triggers().by_key("9").await.expect("read").is_none());
    bed.write(vec![Write::ForgetEvents { most: 0, before: Timestamp(START) }]).await;
    assert_eq!(keys(None).await, "");
    bed.write(vec![event(12)]).await;
    assert_eq!(keys(None).await, "12");
}
