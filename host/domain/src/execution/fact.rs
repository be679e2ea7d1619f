//! Facts from outside: what an execution's inbox holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{Label, StageId};
use crate::params::Params;
use crate::stage::{Answer, Renewal};

/// One fact. A fact of a former run is recorded, not delivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// A request has its answer: a person decided, an operation ended, a child started or ended.
    Answered {
        /// Of which stage.
        stage: StageId,
        /// In which run.
        run: u32,
        /// Under which label.
        label: Label,
        /// The person, where a person answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// What came of it.
        outcome: Result<Params, Failure>,
    },
    /// A client changed a stage's context; delivered as `$patch/N`.
    Patched {
        /// Which stage.
        stage: StageId,
        /// Who.
        by: String,
        /// Keys laid over the context.
        patch: Params,
    },
    /// A person skips a stage that allows it; delivered as `$cancel`.
    Skipped {
        /// Which stage.
        stage: StageId,
        /// Who.
        by: String,
    },
    /// A person restarts a stage that is over or has not started (reference pipelines-and-stages.md §2.13).
    Restarted {
        /// Which stage; a synthetic one means the top-level stage above it.
        stage: StageId,
        /// Who.
        by: String,
        /// What becomes of the keys of stages that are reset; stages without an entry keep all.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        renewals: BTreeMap<StageId, Renewal>,
        /// Answers that the stage has from the beginning of its next run.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        answers: Vec<Answer>,
    },
}
