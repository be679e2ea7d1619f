//! Facts from outside become answers.

use domain::execution::{EventKind, Fact};
use domain::id::Label;
use domain::stage::kept::laid;
use domain::stage::request::{Answer, Demand};
use domain::stage::{CancelCause, Edits, StageState};
use domain::{Failure, FailureClass, Params, StageId, Timestamp, code::code};

use super::restart::Restart;
use crate::view::View;

/// Most answers a run may have.
pub const MOST_ANSWERS: usize = 4_096;

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Taken in.
    Applied,
    /// Of a former run, of an ended stage, or about nothing that is pending: recorded by its row, not delivered.
    Ignored,
}

pub(super) fn receive(view: &mut View, fact: Fact, now: Timestamp) -> Received {
    match fact {
        Fact::Answered { stage, run, label, by, outcome } => answered(view, &stage, run, &label, by, outcome, now),
        Fact::Patched { stage, by, patch } => patched(view, &stage, &by, patch, now),
        Fact::Restarted { stage, by, renewals, answers } => {
            super::restart::receive(view, Restart { stage, by, renewals, answers }, now)
        }
        Fact::Skipped { stage, by } => match running(view, &stage) {
            Some(position) => {
                super::control::tell(view, position, CancelCause::Skip, None, Some(by), now);
                Received::Applied
            }
            None => Received::Ignored,
        },
    }
}

fn running(view: &View, stage: &StageId) -> Option<usize> {
    view.position(stage).filter(|&position| view.stages[position].running().is_some_and(|run| run.ending.is_none()))
}

fn answered(
    view: &mut View,
    stage: &StageId,
    run: u32,
    label: &Label,
    by: Option<String>,
    outcome: Result<Params, Failure>,
    now: Timestamp,
) -> Received {
    if domain::notification::is_delivery(label) {
        return super::notify::delivered(view, stage, label, outcome.err(), now);
    }
    let Some(position) = view.position(stage).filter(|&position| view.stages[position].run == run) else {
        return Received::Ignored;
    };
    let StageState::Running(state) = &mut view.stages[position].state else {
        return Received::Ignored;
    };
    let Some(at) = state.pending.iter().position(|pending| pending.label == *label) else {
        return Received::Ignored;
    };
    let pending = state.pending.remove(at);
    match &pending.demand {
        Demand::Operate(_) => view.event(
            now,
            EventKind::OperationEnded {
                stage: stage.clone(),
                label: label.clone(),
                failure: outcome.as_ref().err().cloned(),
            },
        ),
        Demand::Ask(_) => {
            view.event(now, EventKind::QuestionAnswered { stage: stage.clone(), label: label.clone(), by: by.clone() });
        }
        _ => {}
    }
    if !pending.withdrawn {
        deliver(view, position, Answer { label: label.clone(), at: now, by, outcome });
    }
    view.touch(position);
    Received::Applied
}

fn patched(view: &mut View, stage: &StageId, by: &str, patch: Params, now: Timestamp) -> Received {
    let Some(position) = running(view, stage) else {
        return Received::Ignored;
    };
    let Some(run) = view.stages[position].running_mut() else {
        return Received::Ignored;
    };
    let count = run.answers.iter().filter(|answer| answer.label.as_str().starts_with("$patch/")).count();
    let author = Params::from_members([("lastModifiedBy", by.into())]);
    run.record.context = laid(&laid(&run.record.context, &author), &patch);
    let before = run.record.edits.take().map(|edits| edits.keys).unwrap_or_default();
    run.record.edits = Some(Edits { keys: laid(&before, &patch), by: by.to_owned(), at: now });
    let keys = patch.keys();
    let label = Label::from(format!("$patch/{}", count + 1));
    deliver(view, position, Answer { label, at: now, by: Some(by.to_owned()), outcome: Ok(patch) });
    view.event(now, EventKind::StagePatched { stage: stage.clone(), by: Some(by.to_owned()), keys });
    Received::Applied
}

/// Adds an answer to a running stage, which is then due. Beyond the bound the stage fails instead of growing.
pub(super) fn deliver(view: &mut View, position: usize, answer: Answer) {
    let now = answer.at;
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    if run.answers.len() >= MOST_ANSWERS {
        let message = format!("The stage has had {MOST_ANSWERS} answers, which is the most a run may have.");
        super::finish::fail(
            view,
            position,
            Failure::new(FailureClass::Internal, code("stage.answers-too-many"), message),
            now,
        );
        return;
    }
    run.answers.push(answer);
    run.steps = 0;
    run.due = true;
    view.touch(position);
}
