//! What a flow promises: plain turns in, plain verdicts out.

use mainsheet_sdk::Meta;
use mainsheet_sdk::flow::drive;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{Answer, Demand, Due, Expression, Turn, Verdict, Waiting};

fn answer(label: &str, at: f64, value: Value) -> Answer {
    Answer { label: label.to_owned(), at, by: None, outcome: Ok(value) }
}

fn turn(answers: Vec<Answer>, pending: &[&str]) -> Turn {
    Turn {
        meta: Meta { started: 1000.0, ..Meta::default() },
        answers,
        pending: pending.iter().map(|label| (*label).to_owned()).collect(),
        ..Turn::default()
    }
}

fn waiting(verdict: Verdict) -> Waiting {
    match verdict {
        Verdict::Waiting(waiting) => waiting,
        Verdict::Finished(finish, _) => panic!("ended: {finish:?}"),
    }
}

fn finished(verdict: Verdict) -> (Finish, Map<String, Value>) {
    match verdict {
        Verdict::Finished(finish, patch) => (finish, patch.outputs),
        Verdict::Waiting(waiting) => panic!("waits: {waiting:?}"),
    }
}

fn labels(waiting: &Waiting) -> Vec<&str> {
    waiting.requests.iter().map(|request| request.label.as_str()).collect()
}

async fn race(flow: Flow) -> Finish {
    match select(flow.after("left", 5), flow.after("right", 5)).await {
        Either::Left(()) => flow.output("won", "left"),
        Either::Right(()) => flow.output("won", "right"),
    }
    flow.output("now", flow.now());
    flow.after("more", 5).await;
    Finish::succeeded()
}

#[test]
fn a_race_is_won_by_what_was_answered_first_however_late_both_are_seen() {
    let both = vec![answer("right", 2000.0, Value::Null), answer("left", 2001.0, Value::Null)];
    let patch = waiting(drive(turn(both, &[]), race)).patch;
    assert_eq!(patch.outputs["won"], "right");
    assert_eq!(patch.outputs["now"], 2000.0, "time is that of the answer awaited");
}

#[test]
fn whoever_loses_a_race_is_withdrawn() {
    let waiting = waiting(drive(turn(vec![answer("right", 2000.0, Value::Null)], &["left"]), race));
    assert_eq!(waiting.withdraw, ["left"]);
    assert_eq!(labels(&waiting), ["more"]);
}

#[test]
fn what_is_pending_is_not_asked_again() {
    let first = waiting(drive(turn(vec![], &[]), race));
    assert_eq!(labels(&first), ["left", "right"]);
    let second = waiting(drive(turn(vec![], &["left", "right"]), race));
    assert_eq!(labels(&second), Vec::<&str>::new());
    assert_eq!(second.withdraw, Vec::<String>::new());
}

async fn extended(flow: Flow) -> Finish {
    let mut patches = flow.patches();
    let mut length = 10.0;
    while let Either::Right(patch) = select(flow.until("end", flow.started() + length), patches.next()).await {
        length = patch.values["length"].as_f64().unwrap_or(length);
    }
    Finish::succeeded()
}

#[test]
fn a_pending_timer_that_moved_is_asked_again() {
    let moved = vec![answer("$patch/1", 1001.0, json!({ "length": 50 }))];
    let waiting = waiting(drive(turn(moved, &["end"]), extended));
    assert_eq!(waiting.requests[0].demand, Demand::Timer(Due::At(1050.0)));
    assert_eq!(waiting.withdraw, Vec::<String>::new());
}

#[test]
fn an_unheeded_cancel_ends_the_stage_after_its_cause() {
    let ends = |cause: &str| {
        finished(drive(turn(vec![answer("$cancel", 1001.0, json!({ "cause": cause }))], &["end"]), extended)).0
    };
    assert_eq!(ends("cancel").status, Status::Cancelled);
    assert_eq!(ends("branch").status, Status::Cancelled);
    assert_eq!(ends("skip").status, Status::Skipped);
    let timeout = ends("timeout");
    assert_eq!(timeout.status, Status::Failed);
    assert_eq!(timeout.problem.map(|problem| problem.code), Some("stage.timeout".to_owned()));
    assert_eq!(ends("something new").status, Status::Cancelled);
}

async fn tidy(flow: Flow) -> Finish {
    match select(flow.after("work", 5), flow.cancelled()).await {
        Either::Left(()) => Finish::succeeded(),
        Either::Right(cancel) => {
            let _ = flow.operate("undo", Operation::new("undo", Value::Null)).await;
            Finish::of(&cancel)
        }
    }
}

#[test]
fn a_stage_that_heeds_the_cancel_cleans_up_first() {
    let cancel = answer("$cancel", 1001.0, json!({ "cause": "cancel", "reason": "enough", "by": "jane" }));
    let waiting = waiting(drive(turn(vec![cancel.clone()], &["work"]), tidy));
    assert_eq!((labels(&waiting), waiting.withdraw.clone()), (vec!["undo"], vec!["work".to_owned()]));
    let (finish, _) = finished(drive(turn(vec![cancel, answer("undo", 1002.0, Value::Null)], &[]), tidy));
    assert_eq!(finish.status, Status::Cancelled);
}

async fn twice(flow: Flow) -> Finish {
    let _ = join(flow.execution("same", "E1"), flow.execution("same", "E2")).await;
    Finish::succeeded()
}

#[test]
#[should_panic(expected = "asked for two different things")]
fn one_label_for_two_things_is_a_fault() {
    let _ = drive(turn(vec![], &[]), twice);
}

async fn strict(flow: Flow) -> Result<Finish, Failure> {
    let (child, values) = join(
        flow.pipeline(
            "child",
            mainsheet_sdk::stage::ChildExecution {
                application: "shop".to_owned(),
                pipeline: "p".to_owned(),
                parameters: Map::new(),
                artifacts: None,
                trigger: Map::new(),
            },
        ),
        flow.evaluate("values", vec![Expression { name: None, value: json!("${1 + 1}") }]),
    )
    .await;
    flow.output("child", child?);
    flow.output("value", &values?[0].value);
    Ok(Finish::succeeded())
}

#[test]
fn answers_are_read_in_the_shape_that_the_contract_promises() {
    let good = vec![answer("values", 1.0, json!([{ "value": 2 }])), answer("child", 2.0, json!({ "execution": "E2" }))];
    let (finish, outputs) = finished(drive(turn(good, &[]), strict));
    assert_eq!((finish.status, Value::Object(outputs)), (Status::Succeeded, json!({ "child": "E2", "value": 2 })));

    let wrong = vec![answer("values", 1.0, json!([])), answer("child", 2.0, json!("E2"))];
    let (finish, _) = finished(drive(turn(wrong, &[]), strict));
    assert_eq!(finish.problem.map(|problem| problem.code), Some("host.malformed-answer".to_owned()));
}

#[test]
fn a_failure_that_nobody_handles_fails_the_stage() {
    let failure = Failure::new(FailureClass::Denied, "no.way", "No.");
    let failed = Answer { outcome: Err(failure.clone()), ..answer("child", 2.0, Value::Null) };
    let (finish, _) = finished(drive(turn(vec![failed, answer("values", 1.0, json!([{ "value": 2 }]))], &[]), strict));
    assert_eq!(finish, Finish::failed(failure));
}

async fn many(flow: Flow) -> Finish {
    let all = join_all(["a", "b", "c"].map(|label| flow.query(label, Query::new("host", "stages", Value::Null)))).await;
    flow.output("all", all.into_iter().filter_map(Result::ok).collect::<Vec<_>>());
    Finish::succeeded()
}

#[test]
fn several_requests_are_asked_at_once_and_answered_in_their_order() {
    assert_eq!(labels(&waiting(drive(turn(vec![], &[]), many))), ["a", "b", "c"]);
    let answers = vec![answer("c", 1.0, json!(3)), answer("a", 2.0, json!(1)), answer("b", 3.0, json!(2))];
    assert_eq!(finished(drive(turn(answers, &[]), many)).1["all"], json!([1, 2, 3]));
}
