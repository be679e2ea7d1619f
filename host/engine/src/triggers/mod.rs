//! Triggers that nobody outside delivers: dates that come, and executions that end. Nothing here asks whether there is something to do;
//! a timer and the store's news say so.

pub(crate) mod dates;
pub(crate) mod ends;
pub(crate) mod retention;
