//! What a drive commits, and when it may not.

mod bed;

use bed::{Bed, START, child, drive, ending, event, execution, fact, id, key, new, operation, params, question, stage};
use domain::Timestamp;
use domain::execution::{Control, ControlKind, EventKind, ExecutionState, ExecutionStatus, Fact};
use domain::operation::{Begun, OperationState};
use store::{Checkpoint, DriveCommit, DriveOutcome, NewExecution, Wake, Write, WriteError};

fn cancel() -> Control {
    Control { kind: ControlKind::Cancel, by: Some("bob".into()), reason: None, at: Some(Timestamp(START)) }
}

#[tokio::test]
async fn everything_a_drive_commits_is_read_back_as_it_was() {
    let bed = Bed::new().await;
    let mut new = new("E1");
    new.document = Some(params(r#"{"z":1,"a":2}"#));
    bed.write(vec![Write::Admit(new.clone())]).await;
    let mut ended = operation("E1", "done");
    ended.state = OperationState::Ended { outcome: Ok(params("[1]")), at: Timestamp(START + 2) };
    let commit = DriveCommit {
        due: Some(Timestamp(START + 60_000)),
        stages: vec![stage("E1", "2"), stage("E1", "1")],
        events: vec![event(START), event(START + 1)],
        operations: vec![operation("E1", "a"), ended.clone()],
        questions: vec![question("E1", "q")],
        ..drive("E1", 0)
    };
    bed.pass(commit).await;

    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert_eq!((loaded.version, loaded.epoch, loaded.inbox_head), (1, 0, 0));
    assert_eq!(loaded.due, Some(Timestamp(START + 60_000)));
    assert_eq!(loaded.stages, vec![stage("E1", "2"), stage("E1", "1")], "in the order of the commit");
    assert_eq!(loaded.document.expect("ad hoc").text(), r#"{"z":1,"a":2}"#, "as written");
    let (was, is) = (execution("E1"), loaded.execution);
    assert_eq!(is.trigger.text(), was.trigger.text());
    assert_eq!((is.name, is.application, is.pipeline), (was.name, was.application, was.pipeline));
    assert_eq!((is.principal, is.roles, is.created), (was.principal, was.roles, was.created));
    assert_eq!((is.catalog, is.parent, is.control), (was.catalog, was.parent, was.control));
    assert_eq!(is.state, ExecutionState::Running { started: Timestamp(START + 1) });

    let operations = bed.store.operations();
    assert_eq!(operations.open_of(&id("E1")).await.expect("read"), [operation("E1", "a")]);
    assert_eq!(operations.get(&key("E1", "done")).await.expect("read"), Some(ended));
    assert_eq!(bed.store.questions().of(&id("E1")).await.expect("read"), [question("E1", "q")]);
}

#[tokio::test]
async fn a_drive_passes_only_if_version_epoch_and_control_are_as_seen() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    let stale = async |commit: DriveCommit| {
        assert_eq!(bed.store.drive(commit).await.expect("no error"), DriveOutcome::Stale);
    };
    stale(drive("E1", 1)).await;
    stale(DriveCommit { epoch: 1, ..drive("E1", 0) }).await;
    stale(DriveCommit { control: ControlKind::Pause, ..drive("E1", 0) }).await;
    stale(drive("nobody", 0)).await;
    assert_eq!(bed.pass(drive("E1", 0)).await, 1);
    stale(DriveCommit { stages: vec![stage("E1", "1")], events: vec![event(0)], ..drive("E1", 0) }).await;

    bed.write(vec![Write::Control { execution: id("E1"), control: cancel() }]).await;
    stale(drive("E1", 1)).await;
    bed.pass(DriveCommit { control: ControlKind::Cancel, ..drive("E1", 1) }).await;
    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert!(loaded.stages.is_empty(), "a stale drive writes nothing");
    assert_eq!(loaded.execution.control, cancel());
}

#[tokio::test]
async fn of_many_drives_at_one_version_exactly_one_passes() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    let drives = (0..50).map(|_| bed.store.drive(DriveCommit { events: vec![event(START)], ..drive("E1", 0) }));
    let outcomes = futures::future::join_all(drives).await;
    let passed = outcomes.iter().filter(|outcome| matches!(outcome, Ok(DriveOutcome::Committed { .. }))).count();
    assert_eq!(passed, 1);
    assert_eq!(bed.store.events().of(&id("E1"), 0, 100).await.expect("read").len(), 2);
}

#[tokio::test]
async fn an_end_is_final() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    bed.end("E1", 0, params("{}")).await;
    assert_eq!(bed.store.drive(drive("E1", 1)).await.expect("no error"), DriveOutcome::Stale, "reopens nothing");
    let mut wakes = bed.store.wakes().expect("not taken");
    while wakes.try_recv().is_ok() {}
    let control = Write::Control { execution: id("E1"), control: cancel() };
    assert_eq!(bed.refused(vec![control]).await, WriteError::Gone { what: "execution" });
    assert!(wakes.try_recv().is_err(), "what was refused wakes nobody");
    let late = Write::Inbox { execution: id("E1"), fact: fact("x") };
    assert_eq!(bed.refused(vec![late]).await, WriteError::Gone { what: "execution" });
    // Clean-up after the end still commits, and does not move the end.
    let mut again = ending("E1", 1, params(r#"{"other":1}"#));
    again.state = ExecutionState::Ended { started: None, ended: Timestamp(1), status: ExecutionStatus::Terminal };
    bed.pass(again).await;
    let stored = bed.store.executions().get(&id("E1")).await.expect("read").expect("there");
    assert_eq!(stored.execution.status(), ExecutionStatus::Succeeded);
    assert_eq!(stored.execution.ended(), Some(Timestamp(START + 9)));
}

#[tokio::test]
async fn facts_leave_a_commit_that_has_not_seen_them_due_and_go_with_the_one_that_has() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    let add = |label: &str| Write::Inbox { execution: id("E1"), fact: fact(label) };
    bed.write(vec![add("a"), add("b")]).await;
    bed.write(vec![add("c")]).await;
    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert_eq!(loaded.inbox, [(1, fact("a")), (2, fact("b")), (3, fact("c"))]);
    assert_eq!(loaded.inbox_head, 3);

    let outcome = bed.store.drive(DriveCommit { inbox_seen: 2, ..drive("E1", 0) }).await.expect("written");
    assert!(matches!(outcome, DriveOutcome::Committed { due_again: true, .. }), "{outcome:?}");
    let outcome = bed.store.drive(DriveCommit { inbox_seen: 3, ..drive("E1", 1) }).await.expect("written");
    assert!(matches!(outcome, DriveOutcome::Committed { due_again: false, .. }), "{outcome:?}");
    bed.write(vec![add("d")]).await;
    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert_eq!(loaded.inbox, [(4, fact("d"))], "numbers go on");
}

#[tokio::test]
async fn an_end_is_told_to_all_who_wait_and_at_once_to_those_who_come_late() {
    let bed = Bed::new().await;
    for name in ["T", "W1", "W2", "LATE"] {
        bed.admit(name).await;
    }
    let wait = |who: &str, target: &str| DriveCommit { awaits: vec![(key(who, "end"), id(target))], ..drive(who, 0) };
    bed.pass(wait("W1", "T")).await;
    bed.pass(wait("W2", "T")).await;
    let mut wakes = bed.store.wakes().expect("not taken");
    while wakes.try_recv().is_ok() {}
    let report = params(r#"{"status":"SUCCEEDED","outputs":{"n":1.50}}"#);
    let outcome = bed.store.drive(ending("T", 0, report.clone())).await.expect("written");
    let DriveOutcome::Committed { woken, .. } = outcome else { panic!("stale") };
    assert_eq!(woken, [id("W1"), id("W2")]);
    let answered = Fact::Answered { stage: "S1".into(), run: 1, label: "end".into(), by: None, outcome: Ok(report) };
    for waiter in ["W1", "W2"] {
        let Some(Wake::Moved(moved)) = wakes.recv().await else { panic!("no wake") };
        assert_eq!(moved, id(waiter));
        let loaded = bed.store.executions().load(&id(waiter)).await.expect("read").expect("there");
        assert_eq!(loaded.inbox, [(1, answered.clone())]);
    }
    // Late ones are told in their own commit, and it says so.
    let outcome = bed.store.drive(wait("LATE", "T")).await.expect("written");
    assert!(matches!(outcome, DriveOutcome::Committed { due_again: true, .. }), "{outcome:?}");
    let loaded = bed.store.executions().load(&id("LATE")).await.expect("read").expect("there");
    assert_eq!(loaded.inbox, [(1, answered)]);
    let unknown = DriveCommit { awaits: vec![(key("LATE", "x"), id("nobody"))], inbox_seen: 1, ..drive("LATE", 1) };
    bed.pass(unknown).await;
    let loaded = bed.store.executions().load(&id("LATE")).await.expect("read").expect("there");
    let (_, Fact::Answered { outcome: Err(failure), .. }) = &loaded.inbox[0] else { panic!("{:?}", loaded.inbox) };
    assert_eq!(failure.code.as_str(), "execution.unknown");
}

#[tokio::test]
async fn children_come_with_their_parent_s_commit_and_once() {
    let bed = Bed::new().await;
    bed.admit("P").await;
    let mut wakes = bed.store.wakes().expect("not taken");
    assert!(matches!(wakes.try_recv(), Ok(Wake::Admitted(_))));
    let refused = NewExecution { refused: Some("pipeline is disabled".into()), ..child("C2", "P") };
    let spawning = |version| DriveCommit {
        children: vec![child("C1", "P"), refused.clone()],
        awaits: vec![(key("P", "c1"), id("C1")), (key("P", "c2"), id("C2"))],
        ..drive("P", version)
    };
    let outcome = bed.store.drive(spawning(0)).await.expect("written");
    assert!(matches!(outcome, DriveOutcome::Committed { due_again: true, .. }), "C2 has ended: {outcome:?}");
    bed.pass(spawning(1)).await;
    let Ok(Wake::Admitted(admitted)) = wakes.try_recv() else { panic!("no wake of the child") };
    assert_eq!(admitted.execution.id, id("C1"));
    assert!(wakes.try_recv().is_err(), "neither the refused nor the repeated one is to be driven");

    let c1 = bed.store.executions().get(&id("C1")).await.expect("read").expect("there");
    assert_eq!(c1.execution.parent, child("C1", "P").execution.parent);
    assert_eq!(c1.events, 1, "admitted once");
    let c2 = bed.store.executions().get(&id("C2")).await.expect("read").expect("there");
    assert_eq!(c2.execution.status(), ExecutionStatus::Terminal);
    assert_eq!(c2.refused.as_deref(), Some("pipeline is disabled"));
    let loaded = bed.store.executions().load(&id("P")).await.expect("read").expect("there");
    let told = serde_json::to_string(&loaded.inbox[0].1).expect("JSON");
    assert!(told.contains("pipeline is disabled") && told.contains("TERMINAL"), "{told}");

    let filter = store::ExecutionFilter { parent: Some(id("P")), ..Default::default() };
    let page = bed.store.executions().list(&filter, None, 10).await.expect("read");
    assert_eq!(page.items.len(), 2);
}

#[tokio::test]
async fn cancelling_other_executions_raises_their_control_once() {
    let bed = Bed::new().await;
    for name in ["P", "C", "DONE"] {
        bed.admit(name).await;
    }
    bed.end("DONE", 0, params("{}")).await;
    let cancelling = |version| DriveCommit {
        cancel_executions: vec![(id("C"), "parent was cancelled".into()), (id("DONE"), "too late".into())],
        ..drive("P", version)
    };
    let DriveOutcome::Committed { woken, .. } = bed.store.drive(cancelling(0)).await.expect("written") else {
        panic!("stale")
    };
    assert_eq!(woken, [id("C")]);
    let DriveOutcome::Committed { woken, .. } = bed.store.drive(cancelling(1)).await.expect("written") else {
        panic!("stale")
    };
    assert!(woken.is_empty());
    let control = bed.store.executions().get(&id("C")).await.expect("read").expect("there").execution.control;
    assert_eq!(control.kind, ControlKind::Cancel);
    assert_eq!(control.reason.as_deref(), Some("parent was cancelled"));
    assert_eq!(control.at, Some(Timestamp(START)));
}

#[tokio::test]
async fn an_operation_goes_from_ordered_to_its_outcome() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    bed.pass(DriveCommit { operations: vec![operation("E1", "a"), operation("E1", "b")], ..drive("E1", 0) }).await;
    let begun = Begun { checkpoint: Some(vec![0, 255]), due: Some(Timestamp(5)), ..Begun::default() };
    bed.write(vec![Write::Checkpoint(Checkpoint { key: key("E1", "a"), begun: begun.clone() })]).await;
    bed.pass(DriveCommit { cancelling: vec![key("E1", "a")], ..drive("E1", 1) }).await;
    let operations = bed.store.operations();
    let a = operations.get(&key("E1", "a")).await.expect("read").expect("there");
    assert_eq!((a.state, a.cancelling), (OperationState::Begun(begun.clone()), true));

    let outcome = Ok(params(r#"{"x":1}"#));
    let outcomes = vec![(key("E1", "a"), outcome.clone(), Timestamp(START + 3))];
    bed.pass(DriveCommit { outcomes, ..drive("E1", 2) }).await;
    let a = operations.get(&key("E1", "a")).await.expect("read").expect("there");
    assert_eq!(a.state, OperationState::Ended { outcome, at: Timestamp(START + 3) });
    let open = operations.open_all(None, 10).await.expect("read");
    assert_eq!(open.items.iter().map(|open| open.key.label.as_str()).collect::<Vec<_>>(), ["b"]);
    let late = Write::Checkpoint(Checkpoint { key: key("E1", "a"), begun });
    assert_eq!(bed.refused(vec![late]).await, WriteError::Gone { what: "operation" });
    let twice = bed.store.drive(DriveCommit { operations: vec![operation("E1", "b")], ..drive("E1", 3) }).await;
    assert_eq!(twice, Err(WriteError::Exists { what: "operation" }));
    assert_eq!(bed.pass(drive("E1", 3)).await, 4, "nothing of the refused one was written");
}

#[tokio::test]
async fn events_are_numbered_densely_and_come_in_one_feed() {
    let bed = Bed::new().await;
    let mut feed = bed.store.feed();
    bed.admit("E1").await;
    bed.admit("E2").await;
    bed.pass(DriveCommit { events: vec![event(1), event(2)], ..drive("E1", 0) }).await;
    bed.pass(drive("E1", 1)).await;
    bed.pass(DriveCommit { events: vec![event(3)], ..drive("E1", 2) }).await;
    let events = bed.store.events();
    let of = events.of(&id("E1"), 0, 100).await.expect("read");
    assert_eq!(of.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(of[0].1.kind, EventKind::ExecutionCreated);
    let after = events.of(&id("E1"), 2, 1).await.expect("read");
    assert_eq!(after.iter().map(|(number, event)| (*number, event.at.0)).collect::<Vec<_>>(), [(3, 2)]);

    let stored = events.feed_after(0, 100).await.expect("read");
    assert_eq!(stored.iter().map(|commit| commit.feed).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for expected in &stored {
        let live = feed.recv().await.expect("live");
        assert_eq!((live.feed, &live.execution, live.first), (expected.feed, &expected.execution, expected.first));
        assert_eq!((live.events, live.application), (expected.events.clone(), expected.application.clone()));
    }
    assert_eq!((events.newest().await.expect("read"), events.oldest().await.expect("read")), (4, Some(1)));

    let bed = bed.reopen().await;
    bed.admit("E3").await;
    assert_eq!(bed.store.events().newest().await.expect("read"), 5, "positions go on");
}

#[tokio::test]
async fn the_status_column_is_what_the_domain_says() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    let check = async |wanted: ExecutionStatus| {
        let filter = store::ExecutionFilter { statuses: vec![wanted], ..Default::default() };
        let page = bed.store.executions().list(&filter, None, 10).await.expect("read");
        assert_eq!(page.items.len(), 1, "{wanted:?}");
        assert_eq!(page.items[0].execution.status(), wanted);
    };
    let control = |kind| Write::Control { execution: id("E1"), control: Control { kind, ..Control::default() } };
    check(ExecutionStatus::NotStarted).await;
    bed.write(vec![control(ControlKind::Pause)]).await;
    check(ExecutionStatus::NotStarted).await;
    bed.pass(DriveCommit { control: ControlKind::Pause, ..drive("E1", 0) }).await;
    check(ExecutionStatus::Paused).await;
    bed.write(vec![control(ControlKind::Run)]).await;
    check(ExecutionStatus::Running).await;
    bed.write(vec![control(ControlKind::Pause)]).await;
    check(ExecutionStatus::Paused).await;
    bed.write(vec![control(ControlKind::Cancel)]).await;
    check(ExecutionStatus::Running).await;
    // As by somebody who saw it paused, a moment ago.
    for late in [ControlKind::Run, ControlKind::Pause] {
        let refused = bed.store.write(vec![control(late)]).await;
        assert!(matches!(refused, Err(WriteError::Changed { what: "execution" })), "{refused:?}");
    }
    bed.pass(DriveCommit { control: ControlKind::Cancel, ..ending("E1", 1, params("{}")) }).await;
    check(ExecutionStatus::Succeeded).await;
}

#[tokio::test]
async fn a_restart_takes_up_an_execution_that_is_over() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    bed.write(vec![Write::Control { execution: id("E1"), control: cancel() }]).await;
    let cancelled = DriveCommit { control: ControlKind::Cancel, stages: vec![stage("E1", "1")], ..drive("E1", 0) };
    bed.pass(cancelled).await;
    bed.pass(DriveCommit { control: ControlKind::Cancel, ..ending("E1", 1, params("{}")) }).await;
    let refused = bed.store.write(vec![Write::Inbox { execution: id("E1"), fact: fact("a") }]).await;
    assert!(matches!(refused, Err(WriteError::Gone { .. })), "{refused:?}");
    bed.write(vec![Write::Restart { execution: id("E1"), fact: fact("a") }]).await;
    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert_eq!(loaded.execution.state, ExecutionState::NotStarted);
    assert_eq!(loaded.execution.control, Control::default());
    assert!(!loaded.cancel_told);
    assert_eq!((loaded.stages.len(), loaded.inbox.len()), (1, 1), "stages stay, and the fact is there");
    let open = bed.store.executions().open(0, 10).await.expect("read");
    assert_eq!((open.len(), open[0].due, open[0].has_inbox), (1, Some(Timestamp(0)), true), "a crash loses nothing");

    let removed = DriveCommit { removed: vec!["1".into()], inbox_seen: 1, ..drive("E1", 2) };
    bed.pass(removed).await;
    let loaded = bed.store.executions().load(&id("E1")).await.expect("read").expect("there");
    assert_eq!((loaded.stages.len(), loaded.inbox.len()), (0, 0));
}

#[tokio::test]
async fn an_end_that_has_not_heard_of_a_restart_is_stale() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    bed.pass(drive("E1", 0)).await;
    bed.write(vec![Write::Restart { execution: id("E1"), fact: fact("a") }]).await;
    let deaf = bed.store.drive(ending("E1", 1, params("{}"))).await.expect("answered");
    assert_eq!(deaf, DriveOutcome::Stale);
    bed.pass(DriveCommit { inbox_seen: 1, ..ending("E1", 1, params("{}")) }).await;
}
