//! What happens next in an execution: a pure function. No clock, no I/O, no async, no knowledge of any stage type.
//!
//! The engine loads a [`View`], hands in facts ([`receive`]), asks what is due ([`decide`]), steps those stages, hands in their
//! verdicts ([`settle`]) and repeats until nothing is left. [`View::take_changes`] then says what to commit and what to order.
//! Everything is a function of the view and `now`, so the same facts always take the same way.

pub mod changes;
pub mod inputs;
pub mod rules;
pub mod view;

pub use changes::{Changes, Order};
pub use rules::{Received, await_window, decide, hold, prepare, receive, release, settle, tell};
pub use view::{Fault, View};
