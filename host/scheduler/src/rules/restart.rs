//! A person restarts a stage: it and everything downstream that is over begins anew (reference pipelines-and-stages.md §2.13).

use std::collections::{BTreeMap, BTreeSet};

use domain::execution::{ControlKind, EventKind, ExecutionState};
use domain::stage::kept::{Kept, previous};
use domain::stage::{Answer, Renewal, StageState};
use domain::{StageId, Timestamp};

use super::fact::Received;
use crate::view::View;

/// What was asked.
pub(super) struct Restart {
    pub(super) stage: StageId,
    pub(super) by: String,
    pub(super) renewals: BTreeMap<StageId, Renewal>,
    pub(super) answers: Vec<Answer>,
}

/// Resets the stage and what is complete downstream. A running stage downstream is left alone; nothing happens when the stage itself
/// runs, or when the execution is over or on its way there.
pub(super) fn receive(view: &mut View, restart: Restart, now: Timestamp) -> Received {
    let Some(found) = view.position(&restart.stage) else { return Received::Ignored };
    let position = top_level(view, found);
    let ending = match view.execution.state {
        ExecutionState::Ended { .. } => true,
        ExecutionState::Queued | ExecutionState::NotStarted => false,
        ExecutionState::Running { .. } => super::end::is_failing(view),
    };
    if ending || view.execution.control.kind == ControlKind::Cancel || view.stages[position].running().is_some() {
        return Received::Ignored;
    }
    if matches!(view.execution.state, ExecutionState::Queued | ExecutionState::NotStarted) {
        leave_behind(view);
    }
    let reset = reset_all(view, position, &restart.renewals);
    note(view, position, &restart, now, reset.get(&position));
    remove_synthetic(view, &reset.keys().copied().collect());
    announce(view, position, restart.by, reset.keys().copied().collect(), now);
    Received::Applied
}

fn top_level(view: &View, mut position: usize) -> usize {
    while let Some(place) = &view.stages[position].synthetic {
        position = place.parent;
    }
    position
}

/// What ended before the execution was restarted keeps nobody from starting any more.
fn leave_behind(view: &mut View) {
    for position in 0..view.stages.len() {
        if let StageState::Ended(ended) = &mut view.stages[position].state
            && !ended.status.satisfies()
            && !ended.past
        {
            ended.past = true;
            view.touch(position);
        }
    }
}

/// Resets what is over, from `first` on downstream. Returns those reset, with the failure each had.
fn reset_all(
    view: &mut View,
    first: usize,
    renewals: &BTreeMap<StageId, Renewal>,
) -> BTreeMap<usize, Option<domain::params::Value>> {
    let mut reset = BTreeMap::new();
    let mut seen = BTreeSet::from([first]);
    let mut left = vec![first];
    let none = Renewal::default();
    while let Some(position) = left.pop() {
        let stage = &mut view.stages[position];
        let failure = match &stage.state {
            StageState::Ended(ended) => previous(ended),
            _ => None,
        };
        if stage.reset(renewals.get(&stage.id).unwrap_or(&none)) {
            reset.insert(position, failure);
            view.touch(position);
        }
        for &down in &view.stages[position].downstream {
            if seen.insert(down) {
                left.push(down);
            }
        }
    }
    reset
}

/// Who restarted the stage, when, and why it had failed; and what it is told from the beginning.
fn note(
    view: &mut View,
    position: usize,
    restart: &Restart,
    now: Timestamp,
    failure: Option<&Option<domain::params::Value>>,
) {
    let stage = &mut view.stages[position];
    let config = stage.config.clone();
    let kept = stage.kept.get_or_insert_with(|| Box::new(Kept { config, ..Kept::default() }));
    kept.note(&restart.by, now, failure.cloned().flatten());
    kept.answers.clone_from(&restart.answers);
    view.touch(position);
}

/// Takes out the synthetic stages of those that were reset. Top-level stages stand before them, and stay where they are.
fn remove_synthetic(view: &mut View, reset: &BTreeSet<usize>) {
    let gone: BTreeSet<usize> =
        (view.top_level..view.stages.len()).filter(|&position| reset.contains(&top_level(view, position))).collect();
    if !gone.is_empty() {
        view.remove(&gone);
    }
}

fn announce(view: &mut View, first: usize, by: String, reset: Vec<usize>, now: Timestamp) {
    let of = |view: &View, position: usize| {
        let stage = &view.stages[position];
        (stage.id.clone(), stage.ref_id.clone(), stage.run)
    };
    let (stage, reference, run) = of(view, first);
    view.event(now, EventKind::StageRestarted { stage, reference, by: Some(by), run });
    for position in reset.into_iter().filter(|&position| position != first) {
        let (stage, reference, run) = of(view, position);
        view.event(now, EventKind::StageReset { stage, reference, run });
    }
}
