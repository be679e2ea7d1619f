//! Operations: what executions have ordered.

pub mod get;
pub mod list;
mod wire;
