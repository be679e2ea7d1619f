//! What a step returns: the host's form of the contract's `verdict`.

use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::failure::Failure;
use crate::id::Label;
use crate::params::Params;

/// The outcome of one step.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Not ended; asks for these.
    Waiting(Waiting),
    /// Ended.
    Finished(Finish),
}

/// A stage that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waiting {
    /// What it shows.
    pub patch: Patch,
    /// What it wants; those already asked are ignored.
    pub requests: Vec<Request>,
    /// Labels it no longer wants.
    pub withdraw: Vec<Label>,
    /// Live progress; not an event.
    pub progress: Option<Params>,
    /// Given back on the next step.
    pub state: Option<Vec<u8>>,
}

/// A stage that ends. Whatever is pending is withdrawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// How.
    pub status: FinishStatus,
    /// What it leaves.
    pub patch: Patch,
    /// Why, when it failed.
    pub problem: Option<Failure>,
    /// Label of the question whose answerer later stages act as.
    pub acting_as: Option<Label>,
}

/// How a stage says it ended; the host maps only `Failed` through the stage's failure choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishStatus {
    /// Done.
    Succeeded,
    /// An answer about the world: the failure choice applies.
    Failed,
    /// Its own work was cancelled.
    Cancelled,
    /// The branch ends here.
    Stopped,
    /// Nothing was done.
    Skipped,
}

/// Cumulative: the host writes the differences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// Keys laid over the stage's context.
    pub context: Option<Params>,
    /// Keys visible downstream.
    pub outputs: Option<Params>,
    /// Artifacts produced.
    pub artifacts: Option<Params>,
    /// Phases by name, in order; the host gives them their times.
    pub phases: Vec<String>,
}
