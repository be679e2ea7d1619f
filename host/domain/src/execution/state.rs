//! The state of an execution.
//!
//! ```text
//! Queued -----a slot--> NotStarted
//! NotStarted --start--> Running --last stage ends--> Ended(Succeeded | Terminal | Canceled)
//! Queued, NotStarted --cancel-> Ended(Canceled)
//! Ended --restart-----> NotStarted                     (a stage of it was restarted)
//! ```
//! Whether a running one is paused is its control, not its state: facts go on being recorded.

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationName, ExecutionId, Label, PipelineId, StageId};
use crate::params::Params;
use crate::time::Timestamp;

/// One execution of a pipeline, without its stages.
#[derive(Clone, Debug)]
pub struct Execution {
    /// A ULID.
    pub id: ExecutionId,
    /// Owning application.
    pub application: ApplicationName,
    /// The stored pipeline it runs, absent for an ad hoc document.
    pub pipeline: Option<PipelineAt>,
    /// Display name: the pipeline's.
    pub name: String,
    /// The stage that started it.
    pub parent: Option<Parent>,
    /// What started it: `type`, `user`, `parameters`, `payload` … every raw key stays readable (trap 63).
    pub trigger: Params,
    /// Who it acts as, unless a judge's identity is propagated.
    pub principal: String,
    /// Roles of that principal at admission.
    pub roles: Vec<String>,
    /// When it was admitted.
    pub created: Timestamp,
    /// The catalogue revision that it is pinned to.
    pub catalog: i64,
    /// Where it stands.
    pub state: ExecutionState,
    /// What people want of it.
    pub control: Control,
}

/// A stored pipeline at the revision that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineAt {
    /// Its id.
    pub id: PipelineId,
    /// The revision admitted.
    pub revision: i64,
}

/// The stage that started a child execution, and where its end is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Parent execution.
    pub execution: ExecutionId,
    /// Stage in it.
    pub stage: StageId,
    /// Run of that stage.
    pub run: u32,
    /// Label of its `run-pipeline`.
    pub label: Label,
    /// Distance from the root, bounded (16).
    pub depth: u32,
}

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionState {
    /// Admitted, waiting for a slot of its pipeline.
    Queued,
    /// Admitted, waiting for its first drive.
    NotStarted,
    /// Under way.
    Running {
        /// Since when.
        started: Timestamp,
    },
    /// Over; terminal.
    Ended {
        /// When it began, if it did.
        started: Option<Timestamp>,
        /// When it ended.
        ended: Timestamp,
        /// How.
        status: ExecutionStatus,
    },
}

/// Spinnaker's execution statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionStatus {
    /// Waiting.
    NotStarted,
    /// Under way.
    Running,
    /// Held by a person.
    Paused,
    /// Done.
    Succeeded,
    /// Failed.
    Terminal,
    /// Cancelled.
    Canceled,
}

impl ExecutionStatus {
    /// Every status, for filters and their error messages.
    pub const ALL: [ExecutionStatus; 6] = [
        ExecutionStatus::NotStarted,
        ExecutionStatus::Running,
        ExecutionStatus::Paused,
        ExecutionStatus::Succeeded,
        ExecutionStatus::Terminal,
        ExecutionStatus::Canceled,
    ];

    /// As Spinnaker writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ExecutionStatus::NotStarted => "NOT_STARTED",
            ExecutionStatus::Running => "RUNNING",
            ExecutionStatus::Paused => "PAUSED",
            ExecutionStatus::Succeeded => "SUCCEEDED",
            ExecutionStatus::Terminal => "TERMINAL",
            ExecutionStatus::Canceled => "CANCELED",
        }
    }

    /// From Spinnaker's text, any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<ExecutionStatus> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text))
    }

    /// Never changes again, except by a restart.
    #[must_use]
    pub fn is_complete(self) -> bool {
        matches!(self, ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled)
    }
}

/// What people want of an execution. Raised by them, obeyed by the scheduler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// What.
    pub kind: ControlKind,
    /// Who said so last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// The three wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ControlKind {
    /// Go on.
    #[default]
    Run,
    /// Record facts, let begun operations go on, start nothing.
    Pause,
    /// Order nothing but clean-up, and end.
    Cancel,
}

impl ControlKind {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ControlKind::Run => "run",
            ControlKind::Pause => "pause",
            ControlKind::Cancel => "cancel",
        }
    }
}

impl Execution {
    /// The status that people see.
    #[must_use]
    pub fn status(&self) -> ExecutionStatus {
        match (&self.state, self.control.kind) {
            (ExecutionState::Queued | ExecutionState::NotStarted, _) => ExecutionStatus::NotStarted,
            (ExecutionState::Running { .. }, ControlKind::Pause) => ExecutionStatus::Paused,
            (ExecutionState::Running { .. }, _) => ExecutionStatus::Running,
            (ExecutionState::Ended { status, .. }, _) => *status,
        }
    }

    /// When it began, if it did.
    #[must_use]
    pub fn started(&self) -> Option<Timestamp> {
        match self.state {
            ExecutionState::Queued | ExecutionState::NotStarted => None,
            ExecutionState::Running { started } => Some(started),
            ExecutionState::Ended { started, .. } => started,
        }
    }

    /// When it ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Timestamp> {
        match self.state {
            ExecutionState::Ended { ended, .. } => Some(ended),
            _ => None,
        }
    }
}
