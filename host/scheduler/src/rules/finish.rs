//! How a stage ends: effects settle first, then the failure choice maps what it said (reference pipelines-and-stages.md §2.9).

use domain::execution::EventKind;
use domain::id::Label;
use domain::pipeline::FailureChoice;
use domain::stage::request::Demand;
use domain::stage::{CancelCause, Ended, Ending, Finish, FinishStatus, Patch, Run, StageState, StageStatus};
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use super::window::is_set;
use crate::view::View;

/// Milliseconds that withdrawn operations have for their outcome before they count as abandoned.
pub const EFFECT_GRACE: i64 = 30_000;

/// The stage has said how it ends: everything pending is withdrawn.
pub(super) fn begin(view: &mut View, position: usize, finish: Finish, now: Timestamp) {
    super::verdict::show(view, position, &finish.patch, now);
    let finish = super::artifacts::bind(view, position, finish);
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
    let of_children = of_children(view, position);
    let stage = &mut view.stages[position];
    let Some(Ending { finish, .. }) = stage.running_mut().and_then(|run| run.ending.take()) else {
        return;
    };
    let StageState::Running(run) = std::mem::replace(&mut stage.state, StageState::NotStarted) else {
        return;
    };
    let mut run = *run;
    run.record.close_phase(now);
    super::prepare::tell(&mut run.record);
    let (status, problem) = judge(&finish, &run, (&stage.config, stage.failure), of_children);
    let acting_as = finish
        .acting_as
        .as_ref()
        .and_then(|label| run.answers.iter().rev().find(|answer| answer.label == *label))
        .and_then(|answer| answer.by.clone());
    let skipped = run.cancelled == Some(CancelCause::Skip);
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
        past: false,
    }));
    view.event(now, event);
    view.touch(position);
    super::notify::stage_ended(view, position, status);
    if skipped {
        skip_children(view, position, now);
    }
}

/// The status that a run comes to, and why: what it said, what its synthetic stages came to, and what its expressions were worth.
fn judge(
    finish: &Finish,
    run: &Run,
    (written, choice): (&Params, FailureChoice),
    (worst, their_problem): (Option<StageStatus>, Option<Failure>),
) -> (StageStatus, Option<Failure>) {
    let config = run.config.as_ref().unwrap_or(written);
    if run.cancelled == Some(CancelCause::Timeout) && is_set(config.get("markSuccessfulOnTimeout")) {
        return (StageStatus::Succeeded, None);
    }
    let (mut status, mut problem) = outcome(finish, run.cancelled, choice);
    if run.cancelled.is_none() {
        let shared = share(status, worst, choice);
        problem = if shared == status { problem } else { problem.or(their_problem) };
        status = shared;
    }
    let ran = matches!(status, StageStatus::Succeeded | StageStatus::FailedContinue | StageStatus::Stopped);
    // TERMINAL outright, whatever its failure choice (trap 23).
    if ran && super::prepare::is_to_fail(run, written) {
        let message = "Expressions of the stage gave no value, and it is to fail then; its context shows which.";
        let failure = Failure::new(FailureClass::InvalidInput, code("stage.expressions-failed"), message);
        return (StageStatus::Terminal, Some(failure));
    }
    (status, problem)
}

/// The worst that became of the synthetic stages that the stage planned, and the failure of the first that has one.
fn of_children(view: &View, parent: usize) -> (Option<StageStatus>, Option<Failure>) {
    let own = |&child: &usize| {
        view.stages[child].synthetic.as_ref().is_some_and(|place| place.parent == parent)
            && !super::window::is_window(view, child)
    };
    let children: Vec<usize> = (view.top_level..view.stages.len()).filter(own).collect();
    let problem = children.iter().find_map(|&child| match &view.stages[child].state {
        StageState::Ended(ended) => ended.problem.clone(),
        _ => None,
    });
    (super::children::worst(view, &children), problem)
}

/// A stage is no better than its synthetic stages, whatever it says; its own failure choice maps a TERMINAL one (reference §2.9).
fn share(own: StageStatus, children: Option<StageStatus>, choice: FailureChoice) -> StageStatus {
    match (own, children) {
        (StageStatus::Terminal | StageStatus::FailedContinue | StageStatus::Skipped, _) | (_, None) => own,
        (_, Some(StageStatus::Terminal)) => failed(choice),
        (StageStatus::Stopped, _) | (_, Some(StageStatus::Stopped)) => StageStatus::Stopped,
        (StageStatus::Canceled, _) => own,
        (_, Some(worst)) => worst,
    }
}

/// Synthetic stages of a skipped stage that had not begun are skipped with it.
fn skip_children(view: &mut View, parent: usize, now: Timestamp) {
    for child in view.top_level..view.stages.len() {
        let stage = &view.stages[child];
        let own = stage.synthetic.as_ref().is_some_and(|place| place.parent == parent);
        if own && matches!(stage.state, StageState::NotStarted) {
            skip(view, child, now);
        }
    }
}

/// Skips a stage that has not started.
pub(super) fn skip(view: &mut View, position: usize, now: Timestamp) {
    let stage = &mut view.stages[position];
    let kept = stage.kept.take().map(|kept| *kept).unwrap_or_default();
    let config = (!kept.config.is_empty() && kept.config != stage.config).then_some(kept.config);
    stage.state = StageState::Ended(Box::new(Ended {
        status: StageStatus::Skipped,
        started: None,
        ended: now,
        config,
        record: kept.record,
        problem: None,
        acting_as: None,
        past: false,
    }));
    let (stage, reference) = (stage.id.clone(), stage.ref_id.clone());
    view.event(now, EventKind::StageEnded { stage, reference, status: StageStatus::Skipped, problem: None });
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
