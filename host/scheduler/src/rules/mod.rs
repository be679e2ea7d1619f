//! The rules, one file per kind of event.

pub mod time;

use domain::execution::Fact;
use domain::stage::Verdict;
use domain::Timestamp;

use crate::view::{Fault, View};

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Taken in.
    Applied,
    /// Of a former run, of an ended stage, or about nothing that is pending: recorded by its row, not delivered.
    Ignored,
}

/// Takes in a fact from outside.
pub fn receive(view: &mut View, fact: Fact, now: Timestamp) -> Received {
    let _ = (view, fact, now);
    Received::Ignored
}

/// Moves everything that can move without a step: starts, timers, timeouts, cancels, ends. Returns the positions of stages to step,
/// in order; empty when nothing is left to decide.
pub fn decide(view: &mut View, now: Timestamp) -> Vec<usize> {
    let _ = (view, now);
    Vec::new()
}

/// Takes in what a step came to.
pub fn settle(view: &mut View, position: usize, outcome: Result<Verdict, Fault>, now: Timestamp) {
    let _ = (view, position, outcome, now);
}
