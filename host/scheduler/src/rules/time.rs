//! What time alone decides: timers, questions that expire, timeouts, second tries, deadlines.

use domain::execution::ControlKind;
use domain::id::Label;
use domain::stage::request::{Answer, Demand};
use domain::stage::{CancelCause, Run, StageState};
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use super::control::is_active;
use crate::changes::Order;
use crate::view::View;

/// The earliest moment at which time has something to decide.
#[must_use]
pub fn next_due(view: &View) -> Option<Timestamp> {
    let paused = view.execution.control.kind == ControlKind::Pause;
    view.stages.iter().filter_map(|stage| stage.running()).flat_map(|run| dues(run, paused)).min()
}

fn dues(run: &Run, paused: bool) -> impl Iterator<Item = Timestamp> + '_ {
    let timers = run
        .pending
        .iter()
        .filter(move |pending| !(pending.withdrawn || paused && is_active(&pending.demand)))
        .filter_map(|pending| pending.due);
    let expires = run.expires.filter(|_| !paused && run.ending.is_none() && run.held.is_none());
    timers.chain(expires).chain(run.retry).chain(run.ending.as_ref().map(|ending| ending.deadline))
}

/// Lets everything happen that is due at `now`.
pub(super) fn fire(view: &mut View, now: Timestamp) {
    let paused = view.execution.control.kind == ControlKind::Pause;
    for position in 0..view.stages.len() {
        let StageState::Running(run) = &mut view.stages[position].state else {
            continue;
        };
        if !dues(run, paused).any(|at| at <= now) {
            continue;
        }
        if run.retry.is_some_and(|at| at <= now) {
            run.retry = None;
            view.touch(position);
        }
        fire_timers(view, position, paused, now);
        if !paused {
            fire_timeout(view, position, now);
        }
    }
}

fn fire_timers(view: &mut View, position: usize, paused: bool, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let mut fired: Vec<(Label, Demand)> = Vec::new();
    run.pending.retain(|pending| {
        let due =
            pending.due.is_some_and(|at| at <= now) && !(pending.withdrawn || paused && is_active(&pending.demand));
        if due {
            fired.push((pending.label.clone(), pending.demand.clone()));
        }
        !due
    });
    for (label, demand) in fired {
        let outcome = if matches!(demand, Demand::Ask(_)) {
            let key = view.key(position, &label);
            view.order(Order::CloseQuestion(key));
            Err(Failure::new(FailureClass::TimedOut, code("question.expired"), "Nobody answered in time."))
        } else {
            Ok(Params::null())
        };
        super::fact::deliver(view, position, Answer { label, at: now, by: None, outcome });
    }
}

fn fire_timeout(view: &mut View, position: usize, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    if run.ending.is_some() || run.held.is_some() || run.expires.is_none_or(|at| at > now) {
        return;
    }
    run.expires = None;
    if run.cancelled.is_none() {
        super::control::tell(view, position, CancelCause::Timeout, None, None, now);
    } else {
        let message = "The stage was told to stop and did not end in time; its clean-up is abandoned.";
        let failure = Failure::new(FailureClass::TimedOut, code("stage.cancel-ignored"), message);
        super::finish::fail(view, position, failure, now);
    }
}
