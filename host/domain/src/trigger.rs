//! Events from outside and why they started a pipeline, or did not.

use crate::id::{ExecutionId, PipelineId};
use crate::params::Params;
use crate::time::Timestamp;

/// Something that happened and that triggers may fit.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerEvent {
    /// Unique per trigger type and source: a second delivery is the same event.
    pub key: String,
    /// Trigger type that heard it.
    pub kind: String,
    /// What the plugin says of its source.
    pub source: Params,
    /// The payload, as received.
    pub payload: Params,
    /// When the server heard it.
    pub received: Timestamp,
}

/// What became of one event for one configured trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerOutcome {
    /// The pipeline that carries the trigger.
    pub pipeline: PipelineId,
    /// Position of the trigger in the document.
    pub index: usize,
    /// The execution it started, or the code and sentence of why it did not.
    pub result: Result<ExecutionId, (crate::code::Code, String)>,
}
