//! Stages whose plugin is not called for now: they wait where they are, with a reason.

use domain::execution::EventKind;
use domain::stage::Held;
use domain::{Failure, Timestamp};

use crate::view::View;

pub(super) fn hold(view: &mut View, position: usize, reason: Failure, now: Timestamp) {
    let (stage, reference) = (view.stages[position].id.clone(), view.stages[position].ref_id.clone());
    let Some(run) = view.stages[position].running_mut().filter(|run| run.held.is_none() && run.ending.is_none()) else {
        return;
    };
    run.retry = None;
    run.held = Some(Held { since: now, reason: reason.clone() });
    view.event(now, EventKind::StageHeld { stage, reference, reason });
    view.touch(position);
}

pub(super) fn release(view: &mut View, position: usize, now: Timestamp) {
    let (stage, reference) = (view.stages[position].id.clone(), view.stages[position].ref_id.clone());
    // The rest of a pause that goes on is given back when it ends.
    let until = view.paused_since.unwrap_or(now);
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let Some(held) = run.held.take() else {
        return;
    };
    // Told to stop, it has its grace from then on.
    if run.cancelled.is_none() {
        run.expires = run.expires.map(|at| at.plus(until.since(held.since).max(0)));
    }
    run.faults = 0;
    view.event(now, EventKind::StageReleased { stage, reference });
    view.touch(position);
}
