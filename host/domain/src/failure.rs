//! Why something asked for did not come about: the host's form of the contract's `failure`.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::params::Params;

/// How a caller should read a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// What was asked makes no sense; asking again will not help.
    InvalidInput,
    /// A grant, a permission or the far side said no.
    Denied,
    /// What was named does not exist.
    NotFound,
    /// It is not in the state that the request presumes.
    Conflict,
    /// Too much at once; may be tried again.
    Throttled,
    /// Not reachable or not ready; may be tried again.
    Unavailable,
    /// No answer in time; may be tried again, and may have happened.
    TimedOut,
    /// Withdrawn before it ended.
    Cancelled,
    /// A fault of the server or of a plugin, not of the request.
    Internal,
}

/// A failure that a caller can act on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// How to read it.
    pub class: FailureClass,
    /// Stable and documented.
    pub code: Code,
    /// A sentence for people: what, where, what to do.
    pub message: String,
    /// Smallest wait before another try, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// More for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Params>,
}

impl Failure {
    /// A failure without retry hint or details.
    #[must_use]
    pub fn new(class: FailureClass, code: Code, message: impl Into<String>) -> Failure {
        Failure { class, code, message: message.into(), retry_after: None, details: None }
    }
}
