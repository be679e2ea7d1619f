//! Executions: starting, looking at and steering them.

pub mod batch;
pub mod cancel;
pub mod events;
pub mod get;
mod held;
pub mod list;
pub mod numbered_event;
pub mod pause;
pub mod resume;
pub mod start;
pub mod start_document;
pub mod start_named;
pub(crate) mod waiting;
pub(crate) mod wire;
