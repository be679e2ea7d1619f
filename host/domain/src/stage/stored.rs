//! A stage as it is stored: only what the pipeline's document does not say.

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use super::request::Placement;
use super::state::{Ended, Run};
use crate::id::{Label, RefId, StageId};
use crate::params::Params;
use crate::pipeline::FailureChoice;

/// One row. Stages without a row are as the document has them: top-level and not started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredStage {
    /// Derived from execution and reference.
    pub id: StageId,
    /// Unique in the execution.
    pub ref_id: RefId,
    /// Current or next run.
    pub run: u32,
    /// Of a synthetic stage: everything that the document would say of another.
    pub planned: Option<Planned>,
    /// What a restart has kept of the run before, until the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Box<Kept>>,
    /// Where it stands.
    pub state: StoredState,
}

/// What a parent planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// The parent's reference.
    pub parent: RefId,
    /// Label under which the parent asked.
    pub label: Label,
    /// Its name in the graph that the parent asked for.
    pub local: RefId,
    /// Before or after the parent's own work.
    pub placement: Placement,
    /// References, unique in the execution, that it waits for.
    pub requires: Vec<RefId>,
    /// Type key.
    pub kind: String,
    /// Display name.
    pub name: String,
    /// Configuration.
    pub config: Params,
    /// What its failure does.
    pub failure: FailureChoice,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoredState {
    /// Only synthetic stages, and those reset by a restart, are stored so.
    NotStarted,
    /// Under way.
    Running(Box<Run>),
    /// Over.
    Ended(Box<Ended>),
}
