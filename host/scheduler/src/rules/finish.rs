//! How a stage ends: effects settle first, then the failure choice maps what it said (reference pipelines-and-stages.md §2.9).

use domain::execution::EventKind;
use domain::id::Label;
use domain::pipeline::FailureChoice;
use domain::stage::request::Demand;
use domain::stage::{CancelCause, Ended, Ending, Finish, FinishStatus, Patch, StageState, StageStatus};
use domain::{Failure, FailureClass, Timestamp, code::code};

use crate::view::View;

/// Milliseconds that withdrawn operations have for their outcome before they count as abandoned.
pub const EFFECT_GRACE: i64 = 30_000;

/// The stage has said how it ends: everything pending is withdrawn.
pub(super) fn begin(view: &mut View, position: usize, finish: Finish, now: Timestamp) {
    super::verdict::show(view, position, &finish.patch, now);
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let labels: Vec<Label> = run.pending.iter().map(|pending| pending.label.clone()).collect();
    run.due = false;
    run.retry = None;
    run.ending = Some(Ending { finish, deadline: now.plus(EFFECT_GRACE) });
    for label in &labels {
        super::request::withdraw(view, position, label);
    }
    view.touch(position);
}

/// The stage fails for a reason of the host's own.
pub(super) fn fail(view: &mut View, position: usize, failure: Failure, now: Timestamp) {
    let finish =
        Finish { status: FinishStatus::Failed, patch: Patch::default(), problem: Some(failure), acting_as: None };
    begin(view, position, finish, now);
}

/// Ends every stage whose effects have settled, or whose grace is over.
pub(super) fn settle_endings(view: &mut View, now: Timestamp) {
    for position in 0..view.stages.len() {
        let Some(run) = view.stages[position].running() else {
            continue;
        };
        let Some(ending) = &run.ending else { continue };
        let open =
            run.pending.iter().any(|pending| matches!(pending.demand, Demand::Operate(_) | Demand::RunStages(_)));
        if !open || ending.deadline <= now {
            end(view, position, now);
        }
    }
}

fn end(view: &mut View, position: usize, now: Timestamp) {
    let stage = &mut view.stages[position];
    let Some(Ending { finish, .. }) = stage.running_mut().and_then(|run| run.ending.take()) else {
        return;
    };
    let StageState::Running(run) = std::mem::replace(&mut stage.state, StageState::NotStarted) else {
        return;
    };
    let mut run = *run;
    run.record.close_phase(now);
    let (mut status, mut problem) = outcome(&finish, run.cancelled, stage.failure);
    let ran = matches!(status, StageStatus::Succeeded | StageStatus::FailedContinue);
    super::prepare::tell(&mut run.record);
    // TERMINAL outright, whatever its failure choice (trap 23).
    if ran && super::prepare::is_to_fail(&run, &stage.config) {
        let message = "Expressions of the stage gave no value, and it is to fail then; its context shows which.";
        status = StageStatus::Terminal;
        problem = Some(Failure::new(FailureClass::InvalidInput, code("stage.expressions-failed"), message));
    }
    let acting_as = finish
        .acting_as
        .as_ref()
        .and_then(|label| run.answers.iter().rev().find(|answer| answer.label == *label))
        .and_then(|answer| answer.by.clone());
    let event = EventKind::StageEnded {
        stage: stage.id.clone(),
        reference: stage.ref_id.clone(),
        status,
        problem: problem.clone(),
    };
    stage.state = StageState::Ended(Box::new(Ended {
        status,
        started: Some(run.started),
        ended: now,
        config: run.config,
        record: run.record,
        problem,
        acting_as,
    }));
    view.event(now, event);
    view.touch(position);
}

/// The status that `finish` comes to, given why the stage was told to stop, if it was.
fn outcome(finish: &Finish, cancelled: Option<CancelCause>, choice: FailureChoice) -> (StageStatus, Option<Failure>) {
    let said = match finish.status {
        FinishStatus::Succeeded => return (StageStatus::Succeeded, None),
        FinishStatus::Skipped => return (StageStatus::Skipped, None),
        other => other,
    };
    let problem = finish.problem.clone();
    match (cancelled, said) {
        (Some(CancelCause::Skip), _) => (StageStatus::Skipped, None),
        (Some(CancelCause::Cancel | CancelCause::Branch), _) => (StageStatus::Canceled, problem),
        (Some(CancelCause::Timeout), _) => {
            let timeout = || {
                Failure::new(FailureClass::TimedOut, code("stage.timeout"), "The stage did not end within its timeout.")
            };
            (failed(choice), Some(problem.unwrap_or_else(timeout)))
        }
        (None, FinishStatus::Stopped) => (StageStatus::Stopped, problem),
        (None, FinishStatus::Cancelled) => (StageStatus::Canceled, problem),
        (None, _) => (failed(choice), problem),
    }
}

fn failed(choice: FailureChoice) -> StageStatus {
    match choice {
        FailureChoice::Halt => StageStatus::Terminal,
        FailureChoice::StopBranch | FailureChoice::StopBranchThenFail => StageStatus::Stopped,
        FailureChoice::Continue => StageStatus::FailedContinue,
    }
}
