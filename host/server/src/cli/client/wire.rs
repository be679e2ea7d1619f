//! The parts of the API's answers that people are shown. What `--output json` prints is the whole answer instead.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An instant, RFC 3339 on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(jiff::Timestamp);

impl Moment {
    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}", self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Moment).map_err(serde::de::Error::custom)
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Asks for the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// An execution.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// Owning application.
    pub application: String,
    /// Name of the pipeline.
    pub name: String,
    /// Spinnaker's status.
    pub status: String,
    /// When it was admitted, in unix milliseconds.
    #[serde(default)]
    pub created: Option<Moment>,
    /// When it began.
    #[serde(default)]
    pub started: Option<Moment>,
    /// When it ended.
    #[serde(default)]
    pub ended: Option<Moment>,
    /// Its stages, in order.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// What it asks people.
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// A stage of an execution.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Unique in the execution.
    pub ref_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Display name.
    pub name: String,
    /// Spinnaker's status.
    pub status: String,
    /// The stage that planned it.
    #[serde(default)]
    pub parent: Option<String>,
    /// When it began.
    #[serde(default)]
    pub started: Option<Moment>,
    /// When it ended.
    #[serde(default)]
    pub ended: Option<Moment>,
    /// Why it failed.
    #[serde(default)]
    pub problem: Option<Problem>,
    /// Why it waits although it has something to do.
    #[serde(default)]
    pub held: Option<Problem>,
}

/// Why a stage failed, or waits.
#[derive(Clone, Debug, Deserialize)]
pub struct Problem {
    /// Stable code.
    #[serde(default)]
    pub code: String,
    /// A sentence.
    #[serde(default)]
    pub message: String,
}

/// A question that waits for a person.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Where it was asked.
    pub execution: String,
    /// Id of the stage that asks.
    pub stage: String,
    /// One line.
    #[serde(default)]
    pub title: String,
    /// JSON Schema of an answer.
    #[serde(default)]
    pub schema: Value,
}
