//! The state of a stage.
//!
//! ```text
//! NotStarted --start--> Running --finish--> Ended      (Running holds an `Ending` while effects settle)
//! NotStarted --skip---> Ended(Skipped)                 (its start expiry has passed, or its parent was skipped)
//! Ended --restart-----> NotStarted                     (it or a stage upstream was restarted; the next run has the next number)
//! NotStarted ..stays so when an upstream failed or the execution ends first
//! ```

use serde::{Deserialize, Serialize};

use super::kept::{Edits, Kept};
use super::request::{Answer, Pending, Placement};
use super::verdict::{Finish, Patch};
use crate::failure::Failure;
use crate::id::{Label, RefId, StageId};
use crate::params::Params;
use crate::pipeline::FailureChoice;
use crate::time::Timestamp;

/// A stage of an execution, top-level or synthetic.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Derived from execution and reference.
    pub id: StageId,
    /// Unique in the execution.
    pub ref_id: RefId,
    /// Type key that chooses the plugin (`alias` already applied).
    pub kind: String,
    /// Chooses among plugins of one type.
    pub provider: Option<String>,
    /// Display name.
    pub name: String,
    /// Where it hangs, if it is synthetic.
    pub synthetic: Option<Synthetic>,
    /// Positions of the stages that must be satisfied first.
    pub upstream: Vec<usize>,
    /// Positions of those that wait for this one.
    pub downstream: Vec<usize>,
    /// What its failure does.
    pub failure: FailureChoice,
    /// Milliseconds it may run; the document's, else the manifest's.
    pub timeout: Option<i64>,
    /// After this instant it is skipped instead of started.
    pub start_expiry: Option<Timestamp>,
    /// Configuration as written.
    pub config: Params,
    /// What a restart has kept of the run before, until the next one begins.
    pub kept: Option<Box<Kept>>,
    /// Number of the current or next run, from 1; grows whenever a restart resets the stage.
    pub run: u32,
    /// Where it stands.
    pub state: StageState,
}

/// A synthetic stage's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// Position of the parent.
    pub parent: usize,
    /// Label under which the parent asked for it.
    pub label: Label,
    /// Its name in the graph that the parent asked for.
    pub local: RefId,
    /// Shown before or after the parent's own work.
    pub placement: Placement,
}

/// Where a stage stands.
#[derive(Clone, Debug)]
pub enum StageState {
    /// Waits for its upstream, or will never start.
    NotStarted,
    /// Has begun.
    Running(Box<Run>),
    /// Is over; terminal.
    Ended(Box<Ended>),
}

/// What a stage shows, while it runs and afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Keys laid over the configuration.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub context: Params,
    /// Keys visible downstream.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub outputs: Params,
    /// Artifacts produced.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub artifacts: Params,
    /// Spinnaker's tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// What people have changed of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edits>,
}

/// One phase with its times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// As the stage names it.
    pub name: String,
    /// When it was first reported.
    pub started: Timestamp,
    /// When the next one, or the end, was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
}

impl Phase {
    /// The status of the task that it stands for. The last one shares the stage's; those before it are done.
    #[must_use]
    pub fn status(&self, is_last: bool, stage: StageStatus) -> StageStatus {
        if is_last { stage } else { StageStatus::Succeeded }
    }
}

/// A run under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// When it began.
    pub started: Timestamp,
    /// The configuration with expressions evaluated; absent: as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Params>,
    /// In order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// In the order asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Pending>,
    /// What it shows so far.
    #[serde(flatten)]
    pub record: Record,
    /// What the stage wants back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Vec<u8>>,
    /// Steps taken since the last fact from outside.
    #[serde(default)]
    pub steps: u32,
    /// Faults of the plugin in a row at this turn; reset by a good step.
    #[serde(default)]
    pub faults: u32,
    /// When a step that ended in a fault is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Timestamp>,
    /// Must be stepped: it has just begun, or has answers it has not seen.
    #[serde(default)]
    pub due: bool,
    /// When the stage's timeout strikes, pauses taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Its execution window was planned before it, or is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub windowed: bool,
    /// Whether and why `$cancel` was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<CancelCause>,
    /// It has finished, but effects may still be under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Its plugin is not called for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// Why a stage is not stepped for now; its timeout stands still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Failure,
}

/// A finish that waits for outcomes of withdrawn operations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// What it said.
    pub finish: Finish,
    /// When what is still under way counts as abandoned.
    pub deadline: Timestamp,
}

/// Why a stage was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelCause {
    /// The execution was cancelled.
    Cancel,
    /// Its own timeout.
    Timeout,
    /// A person skipped it.
    Skip,
    /// Another branch failed.
    Branch,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// Spinnaker's status.
    pub status: StageStatus,
    /// When it began, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Timestamp,
    /// The evaluated configuration, where it differed from the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Params>,
    /// What it leaves.
    #[serde(flatten)]
    pub record: Record,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Failure>,
    /// Who later stages act as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_as: Option<String>,
    /// It ended before a restart of its execution: it still counts for the execution's status, and no longer keeps others from starting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub past: bool,
}

/// Spinnaker's stage statuses (reference pipelines-and-stages.md §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StageStatus {
    /// Waits, or never ran.
    NotStarted,
    /// Under way.
    Running,
    /// Under way in a paused execution.
    Paused,
    /// Done.
    Succeeded,
    /// Failed, and downstream runs.
    FailedContinue,
    /// Failed, and the execution with it.
    Terminal,
    /// Cancelled.
    Canceled,
    /// Ended its branch.
    Stopped,
    /// Not run.
    Skipped,
}

impl StageStatus {
    /// Downstream may start.
    #[must_use]
    pub fn satisfies(self) -> bool {
        matches!(self, StageStatus::Succeeded | StageStatus::FailedContinue | StageStatus::Skipped)
    }

    /// Never changes again, except by a restart.
    #[must_use]
    pub fn is_complete(self) -> bool {
        !matches!(self, StageStatus::NotStarted | StageStatus::Running | StageStatus::Paused)
    }

    /// As Spinnaker writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StageStatus::NotStarted => "NOT_STARTED",
            StageStatus::Running => "RUNNING",
            StageStatus::Paused => "PAUSED",
            StageStatus::Succeeded => "SUCCEEDED",
            StageStatus::FailedContinue => "FAILED_CONTINUE",
            StageStatus::Terminal => "TERMINAL",
            StageStatus::Canceled => "CANCELED",
            StageStatus::Stopped => "STOPPED",
            StageStatus::Skipped => "SKIPPED",
        }
    }
}

impl Stage {
    /// The status by state alone; whether the execution is paused is the execution's to say.
    #[must_use]
    pub fn status(&self) -> StageStatus {
        match &self.state {
            StageState::NotStarted => StageStatus::NotStarted,
            StageState::Running(_) => StageStatus::Running,
            StageState::Ended(ended) => ended.status,
        }
    }

    /// The run under way.
    #[must_use]
    pub fn running(&self) -> Option<&Run> {
        match &self.state {
            StageState::Running(run) => Some(run),
            _ => None,
        }
    }

    /// The run under way, to be changed.
    pub fn running_mut(&mut self) -> Option<&mut Run> {
        match &mut self.state {
            StageState::Running(run) => Some(run),
            _ => None,
        }
    }

    /// What it shows.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match &self.state {
            StageState::NotStarted => self.kept.as_ref().map(|kept| &kept.record),
            StageState::Running(run) => Some(&run.record),
            StageState::Ended(ended) => Some(&ended.record),
        }
    }

    /// The configuration in force: evaluated where that differs, else as written.
    #[must_use]
    pub fn configuration(&self) -> &Params {
        match &self.state {
            StageState::Running(run) => run.config.as_ref().unwrap_or(&self.config),
            StageState::Ended(ended) => ended.config.as_ref().unwrap_or(&self.config),
            StageState::NotStarted => self.kept.as_ref().map_or(&self.config, |kept| &kept.config),
        }
    }
}

impl Record {
    /// Lays a cumulative patch over the record; phases get `now` as their time.
    pub fn apply(&mut self, patch: &Patch, now: Timestamp) {
        let lay = |own: &mut Params, over: &Option<Params>| {
            if let Some(over) = over.as_ref().filter(|over| !over.is_empty()) {
                *own = if own.is_empty() { over.clone() } else { own.merged(over) };
            }
        };
        lay(&mut self.context, &patch.context);
        lay(&mut self.outputs, &patch.outputs);
        if let Some(artifacts) = &patch.artifacts {
            self.artifacts = artifacts.clone();
        }
        for name in patch.phases.iter().skip(self.phases.len()) {
            self.close_phase(now);
            self.phases.push(Phase { name: name.clone(), started: now, ended: None });
        }
    }

    /// Gives the last phase its end.
    pub fn close_phase(&mut self, now: Timestamp) {
        if let Some(last) = self.phases.last_mut() {
            last.ended.get_or_insert(now);
        }
    }
}
