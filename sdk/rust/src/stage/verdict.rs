//! What a step comes to, as plain values.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::demand::Request;
use super::turn::{Cancel, Cause};
use crate::{Failure, FailureClass, code};

/// What the stage has to show so far; each step gives all of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// Keys added to the stage's own context.
    pub context: Map<String, Value>,
    /// Keys that later stages see.
    pub outputs: Map<String, Value>,
    /// Artifacts produced.
    pub artifacts: Vec<Value>,
    /// Phases begun so far, in order.
    pub phases: Vec<String>,
}

/// The stage cannot go on before something is answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waiting {
    /// What it has to show so far.
    pub patch: Patch,
    /// What it asks.
    pub requests: Vec<Request>,
    /// Pending labels whose answers it no longer wants.
    pub withdraw: Vec<String>,
    /// What people see while it waits.
    pub progress: Option<Value>,
    /// What the next step shall find.
    pub state: Option<Vec<u8>>,
}

/// How a stage ended, in the contract's words. The host maps only `Failed` through the stage's failure choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// It was ended from outside.
    Cancelled,
    /// It ends its branch without failing the pipeline.
    Stopped,
    /// It was left out.
    Skipped,
}

impl Status {
    /// The contract's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Stopped => "stopped",
            Self::Skipped => "skipped",
        }
    }
}

/// The end of a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// How it ended.
    pub status: Status,
    /// Why it did not succeed.
    pub problem: Option<Failure>,
    /// Label of the answer whose person later stages act as.
    pub acting_as: Option<String>,
}

impl Finish {
    /// An end without explanation.
    #[must_use]
    pub fn with(status: Status) -> Self {
        Self { status, problem: None, acting_as: None }
    }

    /// It did what it should.
    #[must_use]
    pub fn succeeded() -> Self {
        Self::with(Status::Succeeded)
    }

    /// It did not, and this is why.
    #[must_use]
    pub fn failed(problem: Failure) -> Self {
        Self { problem: Some(problem), ..Self::with(Status::Failed) }
    }

    /// It was ended from outside.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::with(Status::Cancelled)
    }

    /// The end that a cancel asks for: skipped, failed for want of time, or cancelled.
    #[must_use]
    pub fn of(cancel: &Cancel) -> Self {
        match cancel.cause {
            Cause::Skip => Self::with(Status::Skipped),
            Cause::Timeout => Self::failed(Failure::new(
                FailureClass::TimedOut,
                code("stage.timeout"),
                "The stage did not end within its timeout.",
            )),
            Cause::Cancel | Cause::Branch => Self::cancelled(),
        }
    }

    /// Later stages act as whoever gave the answer under this label.
    #[must_use]
    pub fn acting_as(mut self, label: impl Into<String>) -> Self {
        self.acting_as = Some(label.into());
        self
    }
}

/// A failure that nobody handled fails the stage.
impl From<Failure> for Finish {
    fn from(failure: Failure) -> Self {
        Self::failed(failure)
    }
}

impl From<Result<Finish, Failure>> for Finish {
    fn from(result: Result<Self, Failure>) -> Self {
        result.unwrap_or_else(Self::failed)
    }
}

/// What a step comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It goes on later.
    Waiting(Waiting),
    /// It is over.
    Finished(Finish, Patch),
}
