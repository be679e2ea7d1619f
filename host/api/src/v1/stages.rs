//! Single stages of an execution.

pub mod patch;
pub mod skip;
