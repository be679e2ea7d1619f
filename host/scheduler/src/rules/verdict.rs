//! What a step came to.

use domain::evaluation::SUMMARY;
use domain::execution::EventKind;
use domain::stage::{Finish, FinishStatus, Verdict, Waiting};
use domain::{Failure, FailureClass, Timestamp, code::code};

use crate::view::{Fault, View};

/// Most steps without a fact from outside: a stage that goes in a circle fails.
pub const MOST_STEPS: u32 = 1_000;

/// Milliseconds before a step that ended in a fault is tried again on a fresh instance (reference plugins-and-wasm.md §4.9).
pub const RETRY_AFTER: [i64; 3] = [1_000, 5_000, 30_000];

pub(super) fn settle(view: &mut View, position: usize, outcome: Result<Verdict, Fault>, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    if run.ending.is_some() {
        return;
    }
    run.due = false;
    run.steps += 1;
    let steps = run.steps;
    view.touch(position);
    match outcome {
        Ok(_) if steps > MOST_STEPS => {
            let message =
                format!("The stage took {MOST_STEPS} steps without anything happening outside; it goes in a circle.");
            super::finish::fail(
                view,
                position,
                Failure::new(FailureClass::Internal, code("stage.steps-too-many"), message),
                now,
            );
        }
        Ok(Verdict::Waiting(waiting)) => wait(view, position, waiting, now),
        Ok(Verdict::Finished(finish)) => super::finish::begin(view, position, finish, now),
        Err(fault) => retry(view, position, fault, now),
    }
}

fn wait(view: &mut View, position: usize, waiting: Waiting, now: Timestamp) {
    let Waiting { patch, requests, withdraw, progress: _, state } = waiting;
    show(view, position, &patch, now);
    if let Some(run) = view.stages[position].running_mut() {
        run.faults = 0;
        run.state = state;
    }
    for label in &withdraw {
        super::request::withdraw(view, position, label);
    }
    for request in requests {
        if let Err(failure) = super::request::ask(view, position, request, now) {
            super::finish::fail(view, position, failure, now);
            return;
        }
    }
    let Some(run) = view.stages[position].running() else {
        return;
    };
    if run.due || run.pending.iter().any(|pending| !pending.withdrawn) {
        return;
    }
    if run.cancelled.is_some() {
        let cancelled = Finish { status: FinishStatus::Cancelled, patch, problem: None, acting_as: None };
        super::finish::begin(view, position, cancelled, now);
        return;
    }
    let message = "The stage neither ends nor asks for anything: nothing could ever wake it.";
    super::finish::fail(
        view,
        position,
        Failure::new(FailureClass::Internal, code("stage.waits-for-nothing"), message),
        now,
    );
}

/// Lays a patch over what the stage shows; new phases are events.
pub(super) fn show(view: &mut View, position: usize, patch: &domain::stage::Patch, now: Timestamp) {
    let stage = view.stages[position].id.clone();
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let known = run.record.phases.len();
    let noted = patch.context.as_ref().and_then(|context| context.get(SUMMARY));
    let before = noted.and_then(|_| run.record.context.get(SUMMARY).cloned());
    run.record.apply(patch, now);
    super::prepare::join_summaries(&mut run.record, before);
    for phase in patch.phases.iter().skip(known) {
        view.event(now, EventKind::StagePhase { stage: stage.clone(), phase: phase.clone() });
    }
}

fn retry(view: &mut View, position: usize, fault: Fault, now: Timestamp) {
    let stage = view.stages[position].id.clone();
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let tried = usize::try_from(run.faults).unwrap_or(usize::MAX);
    let wait = RETRY_AFTER.get(tried).filter(|_| fault.retryable);
    run.faults += 1;
    let retrying = wait.is_some();
    if let Some(&millis) = wait {
        run.due = true;
        run.retry = Some(now.plus(millis));
    }
    view.event(now, EventKind::StageFault { stage, failure: fault.failure.clone(), retrying });
    if !retrying {
        super::finish::fail(view, position, fault.failure, now);
    }
}
