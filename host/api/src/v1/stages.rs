//! Single stages of an execution.

pub mod patch;
pub mod restart;
pub mod skip;
