//! Why something did not work, as a plain value.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{bindings::stage::mainsheet::types::common, json};

/// What kind of failure it is: what a program decides by. Meanings stand in `wit/types@1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// What was asked cannot be right.
    InvalidInput,
    /// A grant, a permission or the other side says no.
    Denied,
    /// What was named does not exist.
    NotFound,
    /// It exists in another state than supposed.
    Conflict,
    /// Too many requests.
    Throttled,
    /// Cannot be reached or cannot answer now.
    Unavailable,
    /// No answer within the time allowed.
    TimedOut,
    /// Ended because somebody asked for it.
    Cancelled,
    /// A fault that no caller can mend.
    Internal,
}

impl FailureClass {
    /// Whether the same request may work later.
    #[must_use]
    pub fn may_be_tried_again(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::TimedOut)
    }
}

/// Marks a stable error code: each has its page in `docs/errors/`, and a check looks for this call.
#[must_use]
pub const fn code(code: &'static str) -> &'static str {
    code
}

/// A failure: an answer about the world, never a trap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// What kind of failure it is.
    pub class: FailureClass,
    /// Stable code with a page in `docs/errors/`.
    pub code: String,
    /// One sentence: what was wrong, where, and what to do.
    #[serde(default)]
    pub message: String,
    /// Smallest wait before another try, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Facts for a program, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Value>>,
}

impl Failure {
    /// A failure without retry hint and details.
    pub fn new(class: FailureClass, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { class, code: code.into(), message: message.into(), retry_after: None, details: None }
    }

    /// The same with details.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}

impl From<common::Failure> for Failure {
    fn from(failure: common::Failure) -> Self {
        Self {
            class: failure.class.into(),
            code: failure.code,
            message: failure.message,
            retry_after: failure.retry_after,
            details: failure.details.map(json::read).map(Box::new),
        }
    }
}

impl From<Failure> for common::Failure {
    fn from(failure: Failure) -> Self {
        Self {
            class: failure.class.into(),
            code: failure.code,
            message: failure.message,
            retry_after: failure.retry_after,
            details: failure.details.map(|details| details.to_string()),
        }
    }
}

/// Both directions of the same nine names.
macro_rules! classes {
    ($($name:ident),*) => {
        impl From<common::FailureClass> for FailureClass {
            fn from(class: common::FailureClass) -> Self {
                match class { $(common::FailureClass::$name => Self::$name),* }
            }
        }
        impl From<FailureClass> for common::FailureClass {
            fn from(class: FailureClass) -> Self {
                match class { $(FailureClass::$name => Self::$name),* }
            }
        }
    };
}
classes!(InvalidInput, Denied, NotFound, Conflict, Throttled, Unavailable, TimedOut, Cancelled, Internal);
