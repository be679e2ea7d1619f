//! Executions of pipelines.

pub mod event;
pub mod fact;
pub mod report;
pub mod state;

pub use event::{Event, EventKind};
pub use fact::Fact;
pub use state::{Control, ControlKind, Execution, ExecutionState, ExecutionStatus, Parent, PipelineAt};
