//! What people want of the whole execution: pause, resume, cancel.

use domain::execution::{ControlKind, EventKind, ExecutionState};
use domain::id::Label;
use domain::stage::request::{Answer, Due};
use domain::stage::{CancelCause, Demand, StageState};
use domain::{Params, Timestamp};

use crate::view::View;

/// Milliseconds that a cancelled stage has for its clean-up before it is ended for it: twice the five minutes that a stage may
/// spend on retrying one call.
pub const CANCEL_GRACE: i64 = 600_000;

/// Acts once on a control that has changed.
pub(super) fn obey(view: &mut View, now: Timestamp) {
    let running = matches!(view.execution.state, ExecutionState::Running { .. });
    match view.execution.control.kind {
        ControlKind::Run => resume(view, now),
        ControlKind::Pause if running && view.paused_since.is_none() => {
            view.paused_since = Some(now);
            let by = view.execution.control.by.clone();
            view.event(now, EventKind::ExecutionPaused { by });
            view.touch_execution();
        }
        ControlKind::Pause => {}
        ControlKind::Cancel => {
            resume(view, now);
            cancel(view, now);
        }
    }
}

fn resume(view: &mut View, now: Timestamp) {
    let Some(since) = view.paused_since.take() else {
        return;
    };
    let paused = now.since(since);
    for position in 0..view.stages.len() {
        let StageState::Running(run) = &mut view.stages[position].state else {
            continue;
        };
        // A held stage gets its time back, this pause included, when it is released.
        if run.held.is_none() {
            run.expires = run.expires.map(|at| at.plus(paused));
        }
        for pending in &mut run.pending {
            if is_active(&pending.demand) {
                pending.due = pending.due.map(|at| at.plus(paused));
            }
        }
        view.touch(position);
    }
    let by = view.execution.control.by.clone();
    view.event(now, EventKind::ExecutionResumed { by });
    view.touch_execution();
}

/// Whether paused time leaves this request's timer.
pub(super) fn is_active(demand: &Demand) -> bool {
    match demand {
        Demand::Timer(due) => matches!(due, Due::Active(_)),
        Demand::Ask(question) => matches!(question.expires, Some(Due::Active(_))),
        _ => false,
    }
}

fn cancel(view: &mut View, now: Timestamp) {
    if view.cancel_told {
        return;
    }
    view.cancel_told = true;
    let (by, reason) = (view.execution.control.by.clone(), view.execution.control.reason.clone());
    view.event(now, EventKind::ExecutionCancelling { by: by.clone(), reason: reason.clone() });
    view.touch_execution();
    for position in 0..view.stages.len() {
        tell(view, position, CancelCause::Cancel, reason.clone(), by.clone(), now);
    }
}

/// Tells a running stage to stop, once; it has [`CANCEL_GRACE`] to clean up. Not-started and ended stages are not concerned.
pub(super) fn tell(
    view: &mut View,
    position: usize,
    cause: CancelCause,
    reason: Option<String>,
    by: Option<String>,
    now: Timestamp,
) {
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    if run.cancelled.is_some() || run.ending.is_some() {
        return;
    }
    run.cancelled = Some(cause);
    run.expires = Some(now.plus(CANCEL_GRACE));
    run.retry = None;
    if super::window::holds(run) {
        super::window::abandon(view, position, now);
        return;
    }
    let text = match cause {
        CancelCause::Cancel => "cancel",
        CancelCause::Timeout => "timeout",
        CancelCause::Skip => "skip",
        CancelCause::Branch => "branch",
    };
    let outcome = Params::from_members([
        ("cause", text.into()),
        ("reason", reason.unwrap_or_default().into()),
        ("by", by.clone().unwrap_or_default().into()),
    ]);
    super::fact::deliver(view, position, Answer { label: Label::from("$cancel"), at: now, by, outcome: Ok(outcome) });
}
