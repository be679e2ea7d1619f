//! Pipelines: the stored document, its typed view, its graph, and what may be wrong with it.

pub mod definition;
pub mod field;
pub mod graph;
pub mod parameter;
pub mod preset;
pub mod validate;

use crate::id::{ApplicationName, PipelineId};
use crate::time::Timestamp;

pub use definition::{Concurrency, Definition, FailureChoice, StageDefinition, TriggerDefinition};
pub use graph::Graph;
pub use parameter::Parameter;
pub use preset::{Preset, Presets};

/// A stored pipeline at one revision.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Kept on import, made at first save otherwise.
    pub id: PipelineId,
    /// Owning application.
    pub application: ApplicationName,
    /// Unique in the application, case-insensitively.
    pub name: String,
    /// Grows with every save; the ETag. The document of each revision is kept.
    pub revision: i64,
    /// The document as written.
    pub document: crate::Params,
    /// When this revision was saved.
    pub updated: Timestamp,
    /// Who saved it.
    pub updated_by: String,
}
