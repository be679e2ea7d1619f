//! The rules, one file per kind of event, and the three verbs that call them.

mod artifacts;
mod children;
mod control;
mod end;
mod fact;
mod finish;
mod hold;
mod notify;
mod prepare;
mod request;
mod restart;
mod start;
pub mod time;
mod verdict;
mod window;

use domain::evaluation::Prepared;
use domain::execution::{ControlKind, ExecutionState, Fact};
use domain::stage::Verdict;
use domain::{Failure, Timestamp};

use crate::view::{Fault, View};

pub use fact::Received;
pub use notify::tell;
pub use window::await_window;

/// Takes in a fact from outside.
pub fn receive(view: &mut View, fact: Fact, now: Timestamp) -> Received {
    fact::receive(view, fact, now)
}

/// Moves everything that can move without a step: starts, timers, timeouts, cancels, ends. Returns the positions of stages to step,
/// in order; empty when nothing is left to decide.
pub fn decide(view: &mut View, now: Timestamp) -> Vec<usize> {
    loop {
        if matches!(view.execution.state, ExecutionState::Ended { .. }) {
            return Vec::new();
        }
        let before = view.moves;
        control::obey(view, now);
        time::fire(view, now);
        start::execution(view, now);
        children::answer_parents(view, now);
        finish::settle_endings(view, now);
        start::stages(view, now);
        if view.execution.control.kind != ControlKind::Pause {
            window::step_all(view, now);
        }
        end::execution(view, now);
        if view.moves == before {
            break;
        }
    }
    if view.execution.control.kind == ControlKind::Pause {
        return Vec::new();
    }
    (0..view.stages.len())
        .filter(|&position| {
            let run = view.stages[position].running();
            run.is_some_and(|run| {
                run.due && run.ending.is_none() && run.retry.is_none() && run.held.is_none() && !window::holds(run)
            })
        })
        .collect()
}

/// Takes in what the configuration of a running stage became, before its step.
pub fn prepare(view: &mut View, position: usize, prepared: Prepared, now: Timestamp) {
    prepare::prepare(view, position, prepared, now);
}

/// Lets a running stage wait instead of being stepped, because its plugin is not called for now: it is not due, its second tries and its
/// timeout do not strike, and its answers are kept for it.
pub fn hold(view: &mut View, position: usize, reason: Failure, now: Timestamp) {
    hold::hold(view, position, reason, now);
}

/// Lets a held stage go on where it was, with its tries counted anew.
pub fn release(view: &mut View, position: usize, now: Timestamp) {
    hold::release(view, position, now);
}

/// Takes in what a step came to.
pub fn settle(view: &mut View, position: usize, outcome: Result<Verdict, Fault>, now: Timestamp) {
    verdict::settle(view, position, outcome, now);
}
