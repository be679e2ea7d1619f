//! What a step is given, as plain values.

use serde_json::{Map, Value};

use crate::{Failure, Meta};

/// What became of one request, or a fact that the host or a client adds (labels that begin with `$`).
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The request's label, `$cancel` or `$patch/N`.
    pub label: String,
    /// When the fact was recorded, unix milliseconds.
    pub at: f64,
    /// The person, where a person answered or patched.
    pub by: Option<String>,
    /// The value, or why there is none.
    pub outcome: Result<Value, Failure>,
}

/// Everything that a step may depend on. Meanings stand in `wit/stage@1`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turn {
    /// Where the stage stands.
    pub meta: Meta,
    /// Which of the plugin's stage types this is.
    pub stage_type: String,
    /// The stage's own configuration.
    pub config: Value,
    /// Keys that the manifest reads.
    pub context: Map<String, Value>,
    /// All answers of this run in order of arrival.
    pub answers: Vec<Answer>,
    /// Labels asked and not yet answered.
    pub pending: Vec<String>,
    /// What the last step left behind.
    pub state: Option<Vec<u8>>,
}

/// Why the host wants the stage to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// A person or the pipeline cancelled it.
    Cancel,
    /// Its time is up.
    Timeout,
    /// A person skips it.
    Skip,
    /// Another branch failed.
    Branch,
}

/// The `$cancel` answer.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cancel {
    /// Why.
    pub cause: Cause,
    /// The words of whoever cancelled; may be empty.
    #[serde(default)]
    pub reason: String,
    /// Who, if it was a person.
    #[serde(default)]
    pub by: Option<String>,
}
