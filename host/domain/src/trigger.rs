//! Events from outside and why they started a pipeline, or did not.

use crate::id::{Digest, ExecutionId, PipelineId};
use crate::params::Params;
use crate::time::Timestamp;

/// The identity of a configured trigger in its pipeline: its own `id`, or one made of what it says (reference
/// pipelines-and-stages.md §5.1), so that it keeps it wherever it stands in the document.
#[must_use]
pub fn identity(config: &Params) -> String {
    match config.get("id").and_then(|id| id.as_str()).map(str::trim) {
        Some(own) if !own.is_empty() => own.to_owned(),
        _ => Digest::of(config.text().as_bytes()).as_str().chars().take(32).collect(),
    }
}

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
