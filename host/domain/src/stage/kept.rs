//! What a restart keeps of a stage's former run, and what an edit by a person leaves (reference pipelines-and-stages.md §2.11, §2.13).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::request::Answer;
use super::state::{Ended, Record, Stage, StageState};
use crate::params::Params;
use crate::time::Timestamp;

/// Context key that holds who restarted a stage, when, and why it had failed before.
pub const DETAILS: &str = "restartDetails";

/// Context key of the last failure, which a restart removes.
const EXCEPTION: &str = "exception";

/// What people have changed of a stage's context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    /// All keys they have laid over it.
    pub keys: Params,
    /// Who did so last.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a stage begins its next run with. Evaluated values are kept: their text has replaced the expressions (trap 29).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The configuration in force.
    pub config: Params,
    /// Context and outputs; phases are not kept.
    #[serde(flatten)]
    pub record: Record,
    /// Answers that the next run has from its beginning: the child that a `pipeline` stage goes on to watch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// What a restart does to the keys of one stage, from the manifest of its plugin and the stored pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    /// Context keys that are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Configuration keys with their values of today.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub fresh: Params,
}

impl Stage {
    /// Resets an ended stage for another run; one that has not ended stays as it is. True when it was reset.
    pub fn reset(&mut self, renewal: &Renewal) -> bool {
        let StageState::Ended(ended) = &self.state else { return false };
        self.kept = Some(Box::new(keep(ended, &self.config, renewal)));
        self.state = StageState::NotStarted;
        self.run += 1;
        true
    }
}

impl Kept {
    /// Notes who asked for the restart.
    pub fn note(&mut self, by: &str, at: Timestamp, previous: Option<Value>) {
        let mut details = json!({ "restartedBy": by, "restartTime": at.0 });
        if let (Some(details), Some(previous)) = (details.as_object_mut(), previous) {
            details.insert("previousException".to_owned(), previous);
        }
        self.record.context = laid(&self.record.context, &Params::from_members([(DETAILS, details)]));
    }
}

/// Why the run failed, as `previousException` tells it.
#[must_use]
pub fn previous(ended: &Ended) -> Option<Value> {
    let shown = ended.record.context.get(EXCEPTION).cloned();
    shown.or_else(|| serde_json::to_value(ended.problem.as_ref()?).ok())
}

/// `over` laid over `base`, which may be null.
#[must_use]
pub fn laid(base: &Params, over: &Params) -> Params {
    if base.is_empty() { over.clone() } else { base.merged(over) }
}

fn keep(ended: &Ended, written: &Params, renewal: &Renewal) -> Kept {
    let in_force = ended.config.as_ref().unwrap_or(written);
    let edited = ended.record.edits.as_ref().map(|edits| without(&edits.keys, renewal));
    let mut config = edited.map_or_else(|| in_force.clone(), |edited| laid(in_force, &edited));
    if !renewal.fresh.is_empty() {
        config = laid(&config, &renewal.fresh);
    }
    let record = Record {
        context: without(&ended.record.context, renewal),
        outputs: ended.record.outputs.clone(),
        artifacts: ended.record.artifacts.clone(),
        ..Record::default()
    };
    Kept { config, record, answers: Vec::new() }
}

fn without(context: &Params, renewal: &Renewal) -> Params {
    let Some(map) = context.value().as_object() else { return Params::null() };
    let gone = |key: &str| key == EXCEPTION || renewal.drop.iter().any(|dropped| dropped == key);
    let left = map.iter().filter(|(key, _)| !gone(key)).map(|(key, value)| (key.clone(), value.clone()));
    Params::new(Value::Object(left.collect()))
}
