//! Tables: who is told of what, and in which words.

use serde_json::{Value, json};

use super::*;
use crate::execution::{Control, ExecutionState};
use crate::time::Timestamp;

fn types(due: &[Notification]) -> Vec<&str> {
    due.iter().map(|entry| entry.kind.as_str()).collect()
}

#[test]
fn ends_that_are_told_of() {
    use StageStatus as Stage;
    assert_eq!(of_end(ExecutionStatus::Succeeded), Some("pipeline.complete"));
    assert_eq!(of_end(ExecutionStatus::Terminal), Some("pipeline.failed"));
    assert_eq!(of_end(ExecutionStatus::Canceled), None);
    let table = [
        (Stage::Succeeded, Some("stage.complete")),
        (Stage::Terminal, Some("stage.failed")),
        (Stage::Stopped, Some("stage.failed")),
        (Stage::FailedContinue, Some("stage.failed")),
        (Stage::Canceled, None),
        (Stage::Skipped, None),
    ];
    for (status, when) in table {
        assert_eq!(of_stage_end(status), when, "{status:?}");
    }
}

#[test]
fn an_execution_tells_those_who_named_the_moment() {
    let document = Params::new(json!({ "notifications": [
        {"type": "slack", "address": "#a", "when": ["pipeline.failed", "pipeline.complete"]},
        {"type": "email", "address": "a@b", "when": "pipeline.failed"},
        {"type": "never", "address": "x"},
        {"address": "no type", "when": ["pipeline.failed"]},
        "nonsense",
    ]}));
    let trigger =
        Params::new(json!({ "notifications": [{"type": "sms", "address": "1", "when": ["pipeline.failed"]}] }));
    let application = of_application(&Params::new(json!({ "notifications": {
        "application": "demo",
        "slack": [
            {"address": "#a", "when": ["pipeline.failed", "pipeline.starting"]},
            {"address": "#b", "when": ["pipeline.failed"]},
        ],
    }})));
    let due = |when: &str| due_for_execution(&document, &trigger, &application, when);
    assert_eq!(types(&due("pipeline.failed")), ["slack", "email", "sms", "slack"]);
    assert_eq!(due("pipeline.failed")[3].address, "#b", "the pipeline's own entry stands for the application's");
    assert_eq!(types(&due("pipeline.complete")), ["slack"]);
    assert_eq!(due("pipeline.starting")[0].address, "#a", "a moment that only the application names is told");
    let listed =
        of_application(&Params::new(json!({ "notifications": [{"type": "slack", "when": ["pipeline.failed"]}] })));
    assert_eq!(types(&due_for_execution(&Params::object(), &Params::object(), &listed, "pipeline.failed")), ["slack"]);
}

#[test]
fn a_stage_tells_only_if_it_is_to() {
    let config = |send: Value| {
        Params::new(
            json!({ "sendNotifications": send, "notifications": [{"type": "slack", "when": ["stage.failed"]}] }),
        )
    };
    assert!(is_told(&config(json!(true)), "stage.failed"));
    assert!(is_told(&config(json!("true")), "stage.failed"));
    assert!(!is_told(&config(json!(true)), "stage.complete"));
    assert!(!is_told(&config(Value::Null), "stage.failed"));
}

#[test]
fn what_a_stage_tells_itself_goes_to_entries_without_a_moment_too() {
    let config = Params::new(json!({ "notifications": [
        {"type": "all"},
        {"type": "await", "when": ["manualJudgment"]},
        {"type": "hourly", "when": ["manualJudgment"], "notifyEveryMs": 3_600_000},
        {"type": "daily", "notifyEveryMs": 86_400_000},
    ]}));
    let told = |when: &str, detail: Value| types(&due_for_stage(&config, when, false, &Params::new(detail))).join(",");
    assert_eq!(told("manualJudgment", json!({})), "all,await,hourly,daily");
    assert_eq!(told("manualJudgmentStop", json!({})), "all,daily");
    assert_eq!(told("manualJudgment", json!({"reminder": 1})), "hourly");
    assert_eq!(told("manualJudgment", json!({"reminder": 24})), "hourly,daily");
    assert_eq!(types(&due_for_stage(&config, "manualJudgment", true, &Params::object())), ["await", "hourly"]);
}

fn execution() -> Execution {
    Execution {
        id: "01J".into(),
        application: "shop".into(),
        pipeline: None,
        name: "Deploy".into(),
        parent: None,
        trigger: Params::new(json!({ "type": "manual", "buildInfo": {"number": 7} })),
        principal: "ann".into(),
        roles: Vec::new(),
        created: Timestamp(1),
        catalog: 1,
        state: ExecutionState::Running { started: Timestamp(5) },
        control: Control::default(),
    }
}

#[test]
fn words() {
    let execution = execution();
    let none = Params::object();
    let input = |when: &str, console: &str, entry: Value| {
        let occasion = Occasion { execution: &execution, stage: None, when, detail: &none, console };
        occasion.input(&Notification::read(&entry).expect("an entry"))
    };
    let plain = input("pipeline.failed", "", json!({"type": "slack", "address": "#a"}));
    assert_eq!(plain.get("text"), Some(&json!("shop's Deploy pipeline build #7 has failed")));
    assert_eq!(plain.get("subject"), plain.get("text"));
    assert_eq!(plain.get("link"), None);
    assert_eq!(plain.get("execution").expect("facts")["id"], "01J");
    let message = json!({"type": "slack", "message": {"pipeline.starting": {"text": "by {{executionId}}"}, "pipeline.failed": {"text": "no"}}});
    let added = input("pipeline.starting", "", message);
    assert_eq!(added.get("text"), Some(&json!("shop's Deploy pipeline build #7 is starting\n\nby 01J")));
    let custom = json!({"type": "email", "customSubject": "S", "customBody": "see {{link}}", "customMessage": "M {{executionId}}"});
    let custom = input("pipeline.complete", "https://c", custom);
    assert_eq!(custom.get("subject"), Some(&json!("S")));
    assert_eq!(custom.get("text"), Some(&json!("M 01J")));
    assert_eq!(custom.get("body"), Some(&json!("see https://c/#/applications/shop/executions/details/01J")));
}

#[test]
fn every_event_and_every_entry_has_a_key_of_its_own() {
    let mut execution = execution();
    let first = execution_event(&execution, "pipeline.complete");
    execution.state = ExecutionState::Running { started: Timestamp(9) };
    let restarted = execution_event(&execution, "pipeline.complete");
    assert_ne!(first, restarted, "a restart begins another life");
    assert!(is_event(&first.label) && !is_delivery(&first.label));
    let one = delivery(&first, 0);
    assert!(is_delivery(&one.label) && !is_event(&one.label));
    assert_ne!(one, delivery(&first, 1));
    assert_eq!(one.idempotency_key(), "01J/$execution/1/$notify/pipeline.complete/5/0");
}

#[test]
fn an_address_keeps_what_would_let_others_speak() {
    let table = [
        ("https://hooks.example.com/services/T/B/secret", "https://hooks.example.com/…"),
        ("https://user:pw@h.example.com?key=secret", "https://h.example.com/…"),
        ("#releases", "#releases"),
        ("", ""),
    ];
    for (address, seen) in table {
        assert_eq!(shown(address), seen);
    }
}
