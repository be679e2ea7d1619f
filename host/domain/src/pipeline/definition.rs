//! The typed view of a pipeline document (reference pipelines-and-stages.md §1.2–1.4). The document itself stays as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::field::{Fields, kind_of, reference};
use super::parameter::Parameter;
use crate::code::code;
use crate::id::RefId;
use crate::params::Params;
use crate::problem::Problem;

/// Most stages an execution may have, synthetic ones included.
pub const MOST_STAGES: usize = 2_000;

/// Most characters of a pipeline's name.
const LONGEST_NAME: usize = 256;

/// Keys that are taken out of a stage's entry; all others are its configuration (reference §1.4, last line).
pub const STAGE_FIELDS: [&str; 5] = ["type", "name", "refId", "requisiteStageRefIds", "startTimeExpiry"];

/// A pipeline document, understood.
#[derive(Clone, Debug)]
pub struct Definition {
    /// As written.
    pub document: Params,
    /// `name`, trimmed.
    pub name: String,
    /// No trigger fires and no start is accepted.
    pub disabled: bool,
    /// How many executions may run at once.
    pub concurrency: Concurrency,
    /// Whether triggers of suppressed types do not fire in the server's quiet period.
    pub respects_quiet_period: bool,
    /// Whether waiting executions are all kept when a slot frees, oldest first; otherwise the newest starts and the others are cancelled.
    pub keep_waiting: bool,
    /// Declared parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Configured triggers, in order.
    pub triggers: Vec<TriggerDefinition>,
    /// Stages, in order.
    pub stages: Vec<StageDefinition>,
    /// Whether stages are evaluated one by one (`v4`) or once at the start (`v2`, `v3`, absent).
    pub evaluator_v4: bool,
}

/// Limit on simultaneously running executions of one pipeline (reference §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// Any number.
    Unlimited,
    /// At most this many RUNNING; `limitConcurrent` is one.
    AtMost(u32),
}

/// What a failure of a stage does to the rest (reference §2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureChoice {
    /// TERMINAL: the execution fails, running stages are cancelled.
    #[default]
    Halt,
    /// STOPPED: this branch ends, others finish, the execution may succeed.
    StopBranch,
    /// STOPPED, and the execution fails once the others have ended.
    StopBranchThenFail,
    /// FAILED_CONTINUE: downstream runs.
    Continue,
}

/// One entry of `stages`.
#[derive(Clone, Debug)]
pub struct StageDefinition {
    /// Unique; numbers are read as text.
    pub ref_id: RefId,
    /// What must be satisfied first; without duplicates.
    pub requires: Vec<RefId>,
    /// Type key as written.
    pub kind: String,
    /// `cloudProvider`, which chooses among plugins of one type.
    pub provider: Option<String>,
    /// Display name; the type when absent.
    pub name: String,
    /// What a failure does.
    pub failure: FailureChoice,
    /// `stageTimeoutMs` when it is a JSON number.
    pub timeout: Option<i64>,
    /// `startTimeExpiry`: after this instant the stage is skipped instead of started.
    pub start_expiry: Option<crate::Timestamp>,
    /// All other keys.
    pub config: Params,
}

/// One entry of `triggers`.
#[derive(Clone, Debug)]
pub struct TriggerDefinition {
    /// Position in the document.
    pub index: usize,
    /// Type key.
    pub kind: String,
    /// Absent means no.
    pub enabled: bool,
    /// The entry as written.
    pub config: Params,
}

impl Definition {
    /// Reads a document. What can be understood is returned even when something is wrong, so that every problem is told at once.
    #[must_use]
    pub fn read(document: &Params) -> (Definition, Vec<Problem>) {
        let mut problems = Vec::new();
        let empty = Map::new();
        let map = match document.value() {
            Value::Object(map) => map,
            other => {
                problems.push(Problem::at(
                    "",
                    code("pipeline.field-type"),
                    format!("A pipeline must be a JSON object, but this is {}.", kind_of(other)),
                ));
                &empty
            }
        };
        let mut fields = Fields::new(map, "", &mut problems);
        let name = fields.required_text("name").trim().to_owned();
        if name.chars().any(char::is_control) || name.chars().count() > LONGEST_NAME {
            let message = format!(
                "A name has at most {LONGEST_NAME} characters, and no control characters such as NUL or line breaks."
            );
            fields.problems().push(Problem::at("/name", code("pipeline.name-invalid"), message));
        }
        let disabled = fields.boolean("disabled", false);
        let limited = fields.boolean("limitConcurrent", false);
        let most = fields.count("maxConcurrentExecutions").unwrap_or(0);
        let keep_waiting = fields.boolean("keepWaitingPipelines", false);
        let respects_quiet_period = fields.boolean("respectQuietPeriod", false);
        let evaluator_v4 = fields.text("spelEvaluator").is_some_and(|version| version.eq_ignore_ascii_case("v4"));
        let parameters = Parameter::read_all(&mut fields);
        let triggers = read_triggers(&mut fields);
        let stages = read_stages(&mut fields);
        let concurrency = match (limited, u32::try_from(most).unwrap_or(u32::MAX)) {
            (true, _) => Concurrency::AtMost(1),
            (false, 0) => Concurrency::Unlimited,
            (false, most) => Concurrency::AtMost(most),
        };
        let document = document.clone();
        let definition = Definition {
            document,
            name,
            disabled,
            concurrency,
            respects_quiet_period,
            keep_waiting,
            parameters,
            triggers,
            stages,
            evaluator_v4,
        };
        (definition, problems)
    }
}

fn read_triggers(fields: &mut Fields<'_>) -> Vec<TriggerDefinition> {
    let mut triggers = Vec::new();
    for (index, map) in fields.objects("triggers") {
        let mut entry = Fields::new(map, format!("/triggers/{index}"), fields.problems());
        let kind = entry.required_text("type").to_owned();
        let enabled = entry.boolean("enabled", false);
        triggers.push(TriggerDefinition { index, kind, enabled, config: Params::new(Value::Object(map.clone())) });
    }
    triggers
}

fn read_stages(fields: &mut Fields<'_>) -> Vec<StageDefinition> {
    let entries = fields.objects("stages");
    if entries.len() > MOST_STAGES {
        fields.problems().push(Problem::at(
            "/stages",
            code("pipeline.stages-too-many"),
            format!(
                "{} stages are more than the {MOST_STAGES} an execution may have; split the pipeline.",
                entries.len()
            ),
        ));
        return Vec::new();
    }
    let chain = entries.iter().all(|(_, map)| map.get("refId").is_none_or(Value::is_null));
    let mut stages = Vec::with_capacity(entries.len());
    for (position, (index, map)) in entries.into_iter().enumerate() {
        let mut entry = Fields::new(map, format!("/stages/{index}"), fields.problems());
        let mut stage = read_stage(&mut entry, map);
        if chain {
            stage.ref_id = position.to_string().into();
            stage.requires = position.checked_sub(1).map(|before| before.to_string().into()).into_iter().collect();
        }
        stages.push(stage);
    }
    stages
}

fn read_stage(entry: &mut Fields<'_>, map: &Map<String, Value>) -> StageDefinition {
    let kind = entry.required_text("type").to_owned();
    let name = entry.text("name").filter(|name| !name.is_empty()).unwrap_or(&kind).to_owned();
    let ref_id = match entry.value("refId").map(reference) {
        Some(Some(text)) => text,
        Some(None) => {
            entry.wrong("refId", "a text or a number");
            String::new()
        }
        None => String::new(),
    };
    let requires = read_requires(entry);
    let provider = entry.text("cloudProvider").map(str::to_owned);
    let failure = FailureChoice::read(entry);
    let timeout =
        entry.value("stageTimeoutMs").and_then(Value::as_f64).map(|millis| crate::Timestamp::from_f64(millis).0);
    let start_expiry = read_expiry(entry);
    let config: Map<String, Value> = map
        .iter()
        .filter(|(key, _)| !STAGE_FIELDS.contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let config = Params::new(Value::Object(config));
    StageDefinition { ref_id: ref_id.into(), requires, kind, provider, name, failure, timeout, start_expiry, config }
}

/// Milliseconds since 1970 as text; the number that the original fails on is understood as well.
fn read_expiry(entry: &mut Fields<'_>) -> Option<crate::Timestamp> {
    let millis = match entry.value("startTimeExpiry")? {
        Value::String(text) if text.trim().is_empty() || text.contains("${") => return None,
        Value::String(text) => text.trim().parse::<i64>().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    if millis.is_none() {
        entry.wrong("startTimeExpiry", "milliseconds since 1970 as a text");
    }
    millis.map(crate::Timestamp)
}

fn read_requires(entry: &mut Fields<'_>) -> Vec<RefId> {
    let items = match entry.value("requisiteStageRefIds") {
        None => return Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => {
            entry.wrong("requisiteStageRefIds", "a list of stage references");
            return Vec::new();
        }
    };
    let mut seen = BTreeMap::new();
    let mut requires = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match reference(item) {
            Some(text) => {
                if seen.insert(text.clone(), ()).is_none() {
                    requires.push(RefId::from(text));
                }
            }
            None => {
                let pointer = format!("{}/requisiteStageRefIds/{index}", entry.pointer());
                entry.problems().push(Problem::at(
                    pointer,
                    code("pipeline.field-type"),
                    format!("A stage reference must be a text or a number, but this is {}.", kind_of(item)),
                ));
            }
        }
    }
    requires
}

impl FailureChoice {
    /// From the flags in a synthetic stage's configuration; what is no flag counts as absent.
    #[must_use]
    pub fn of(config: &Params) -> FailureChoice {
        match config.value() {
            Value::Object(map) => FailureChoice::read(&mut Fields::new(map, "", &mut Vec::new())),
            _ => FailureChoice::Halt,
        }
    }

    /// From the flags of a stage's entry; `continuePipeline` is looked at first (reference §2.9).
    pub fn read(entry: &mut Fields<'_>) -> FailureChoice {
        if entry.boolean("continuePipeline", false) {
            FailureChoice::Continue
        } else if entry.boolean("failPipeline", true) {
            FailureChoice::Halt
        } else if entry.boolean("completeOtherBranchesThenFail", false) {
            FailureChoice::StopBranchThenFail
        } else {
            FailureChoice::StopBranch
        }
    }
}
