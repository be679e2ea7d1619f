//! Expressions where an execution has them: what they see, and when they are evaluated (reference expressions.md §1.7, §2).
//!
//! Pure: what an expression needs from outside is returned, and asked again with the answer.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

pub use expression::Answer;
use expression::{
    Answers, Condition, Environment, EvaluatorVersion, Need, Object, Options, Outcome, Root, Summary, Templates, Walk,
    evaluate_pipeline, evaluate_stage_enabled, evaluate_value,
};
use serde_json::{Map, Value, json};

use crate::execution::Execution;
use crate::params::Params;
use crate::pipeline::Definition;
use crate::stage::request::{Expression, Placement};
use crate::stage::{Stage, StageStatus};
use crate::time::Timestamp;

/// Key under which a stage's context shows expressions that gave no value.
pub const SUMMARY: &str = "expressionEvaluationSummary";

/// Everything an evaluation is given beside the execution.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Parsed templates, shared by all evaluations of the server.
    pub templates: &'a Templates,
    /// Now.
    pub now: Timestamp,
    /// Seed of whatever is random in it.
    pub seed: u64,
    /// Answers to needs of an earlier round.
    pub answers: &'a Answers,
}

impl Given<'_> {
    fn options(&self) -> Options<'_> {
        Options { answers: Some(self.answers), ..Options::new(Environment::new(self.now.0, self.seed)) }
    }
}

/// What a stage's configuration became.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The configuration with results in the place of expressions; absent when nothing changed.
    pub config: Option<Params>,
    /// [`SUMMARY`] as the stage's context is to show it, empty for not at all; absent when nothing changes.
    pub summary: Option<Params>,
    /// What `stageEnabled` says; true without it.
    pub enabled: bool,
    /// What has to be fetched first; the rest counts only when this is empty.
    pub needs: Vec<Need>,
}

/// Whether anything in a document could be an expression; cheap, on the text.
#[must_use]
pub fn has_expressions(document: &Params) -> bool {
    document.text().contains("${")
}

/// Whether the configuration of the stage at `position` has to be prepared before its first step.
#[must_use]
pub fn is_due(stages: &[Stage], position: usize) -> bool {
    let written = stages.get(position).is_some_and(|stage| has_expressions(stage.configuration()));
    written || condition(stages, position).is_some()
}

/// `stageEnabled` of a stage, and whose it is: a synthetic stage without one has its parent's (reference pipelines-and-stages.md §2.8).
fn condition(stages: &[Stage], position: usize) -> Option<(usize, &Params)> {
    let mut owner = position;
    loop {
        let stage = stages.get(owner)?;
        let written = stage.configuration().get("stageEnabled");
        if written.is_some_and(|written| !written.is_null() && *written != json!({})) {
            return Some((owner, stage.configuration()));
        }
        owner = stage.synthetic.as_ref()?.parent;
    }
}

/// An execution as expressions see it. Owns what the API's shape has and the domain has not; borrows everything else.
pub struct Scene<'a> {
    execution: &'a Execution,
    stages: &'a [Stage],
    fields: Object,
    tasks: Vec<StageTasks<'a>>,
    nothing: Object,
}

/// Tasks of one stage, made when an expression looks at them.
struct StageTasks<'a> {
    stage: &'a Stage,
    made: OnceLock<Value>,
}

impl fmt::Debug for StageTasks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tasks of {}", self.stage.ref_id)
    }
}

impl expression::Tasks for StageTasks<'_> {
    fn tasks(&self) -> &Value {
        self.made.get_or_init(|| tasks_of(self.stage))
    }
}

impl<'a> Scene<'a> {
    /// The scene of an execution and its stages; `document` is what it runs.
    #[must_use]
    pub fn new(execution: &'a Execution, stages: &'a [Stage], document: &Params) -> Scene<'a> {
        let tasks = stages.iter().map(|stage| StageTasks { stage, made: OnceLock::new() }).collect();
        Scene { execution, stages, fields: fields_of(execution, document), tasks, nothing: Object::new() }
    }

    /// The view that roots are made of.
    #[must_use]
    pub fn view(&self) -> expression::Execution<'_> {
        let stages = self.stages.iter().enumerate().map(|(position, stage)| self.stage(position, stage)).collect();
        expression::Execution::new(&self.fields, self.execution.trigger.value().as_object(), stages)
    }

    /// The stage's configuration with what it wrote into its context laid over; neither is copied.
    fn context<'s>(&'s self, stage: &'s Stage) -> expression::Context<'s> {
        let configured = stage.configuration().value().as_object().unwrap_or(&self.nothing);
        let written = stage.record().and_then(|record| record.context.value().as_object());
        expression::Context::new(configured).with(written.unwrap_or(&self.nothing))
    }

    fn stage<'s>(&'s self, position: usize, stage: &'s Stage) -> expression::Stage<'s> {
        let outputs = stage.record().and_then(|record| record.outputs.value().as_object()).unwrap_or(&self.nothing);
        let place = stage.synthetic.as_ref();
        let (start_time, end_time) = times(stage);
        expression::Stage {
            id: stage.id.as_str(),
            ref_id: stage.ref_id.as_str(),
            kind: &stage.kind,
            name: Some(&stage.name),
            status: status_of(stage.status()),
            context: self.context(stage),
            outputs,
            requisites: stage.upstream.iter().filter_map(|&up| Some(self.stages.get(up)?.ref_id.as_str())).collect(),
            parent: place.and_then(|place| Some(self.stages.get(place.parent)?.id.as_str())),
            owner: place.map(|place| match place.placement {
                Placement::Before => expression::Owner::Before,
                Placement::After => expression::Owner::After,
            }),
            tasks: self.tasks.get(position).map(|tasks| tasks as &dyn expression::Tasks),
            start_time,
            end_time,
            more: &self.nothing,
        }
    }
}

/// Evaluates the configuration of the stage at `position`, and then its `stageEnabled`. `deferred` are JSON pointers that stay as
/// they are.
#[must_use]
pub fn prepare(scene: &Scene<'_>, position: usize, deferred: &[&str], given: Given<'_>) -> Prepared {
    let view = scene.view();
    let config = scene.stages.get(position).map(Stage::configuration).cloned().unwrap_or_default();
    let unchanged = Prepared { config: None, summary: None, enabled: true, needs: Vec::new() };
    let Some(root) = Root::of_stage(&view, position) else { return unchanged };
    let options = given.options();
    let walk = Walk { templates: Some(given.templates), deferred };
    let Outcome { value, summary, needs } = evaluate_value(config.value(), &root, &options, walk);
    let enabled = match condition(scene.stages, position) {
        Some((owner, config)) if owner != position => {
            Root::of_stage(&view, owner).map(|root| is_enabled(config.value(), &root, given))
        }
        _ => value.as_object().map(|map| is_enabled(&value, &root.clone().with_context(map), given)),
    };
    let enabled = match enabled {
        Some(Ok(enabled)) => enabled,
        Some(Err(more)) => return Prepared { needs: needs.into_iter().chain(more).collect(), ..unchanged },
        None => true,
    };
    let shown = scene.stages.get(position).and_then(Stage::record).and_then(|record| record.context.get(SUMMARY));
    let shown = shown.and_then(Value::as_object).unwrap_or(&scene.nothing);
    let fresh = summary.refresh(shown);
    let summary = (fresh != *shown).then(|| Params::new(Value::Object(fresh)));
    Prepared { config: changed(value, &config), summary, enabled, needs }
}

/// What an evaluation made of a document; absent when it is the same.
fn changed(value: Cow<'_, Value>, document: &Params) -> Option<Params> {
    match value {
        Cow::Borrowed(_) => None,
        Cow::Owned(value) => (value != *document.value()).then(|| Params::new(value)),
    }
}

/// `stageEnabled` of type `expression`: anything but a result that reads `true` skips the stage (reference §1.7).
fn is_enabled(config: &Value, root: &Root<'_>, given: Given<'_>) -> Result<bool, Vec<Need>> {
    let condition = config.get("stageEnabled");
    let kind = condition.and_then(|condition| condition.get("type")).and_then(Value::as_str).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("expression") {
        return Ok(true);
    }
    let text = match condition.and_then(|condition| condition.get("expression")) {
        None | Some(Value::Null) => return Ok(true),
        Some(Value::String(text)) => text.clone(),
        // `${…}` written inside has already become what it says: `true`, or something that is not.
        Some(decided) => decided.to_string(),
    };
    match evaluate_stage_enabled(&text, root, &given.options(), given.templates) {
        Condition::True => Ok(true),
        Condition::False { .. } => Ok(false),
        Condition::Needs(needs) => Err(needs),
    }
}

/// Evaluates what a stage asked for under one label: each expression sees the named ones before it. The answer is a list of
/// `{value, problem?}`; what fails keeps its text.
///
/// # Errors
/// What has to be fetched first.
pub fn evaluate(
    scene: &Scene<'_>,
    position: usize,
    expressions: &[Expression],
    given: Given<'_>,
) -> Result<Params, Vec<Need>> {
    let view = scene.view();
    let options = given.options();
    let mut named = Object::new();
    let mut answers = Vec::with_capacity(expressions.len());
    for expression in expressions {
        let Some(root) = Root::of_stage(&view, position) else { break };
        let walk = Walk { templates: Some(given.templates), deferred: &[] };
        let outcome = evaluate_value(expression.value.value(), &root.with_variables(&named), &options, walk);
        if !outcome.needs.is_empty() {
            return Err(outcome.needs);
        }
        let (value, failed) = (outcome.value.into_owned(), !outcome.summary.is_empty());
        answers.push(if failed {
            json!({ "value": value, "problem": problem_of(&outcome.summary) })
        } else {
            json!({ "value": value })
        });
        if let Some(name) = expression.name.as_ref().filter(|_| !failed) {
            named.insert(name.clone(), value);
        }
    }
    Ok(Params::new(Value::Array(answers)))
}

/// A value with results in the place of expressions, on the root of the stage at `position` or else on that of the execution; what fails
/// stays as it is written.
///
/// # Errors
/// What has to be fetched first.
pub fn value(
    scene: &Scene<'_>,
    position: Option<usize>,
    value: &Params,
    given: Given<'_>,
) -> Result<Params, Vec<Need>> {
    let view = scene.view();
    let of_stage = position.and_then(|position| Root::of_stage(&view, position));
    let root = of_stage.unwrap_or_else(|| Root::of_execution(&view));
    let options = given.options();
    let walk = Walk { templates: Some(given.templates), deferred: &[] };
    let outcome = evaluate_value(value.value(), &root, &options, walk);
    if outcome.needs.is_empty() { Ok(Params::new(outcome.value.into_owned())) } else { Err(outcome.needs) }
}

fn problem_of(summary: &Summary) -> Value {
    let message = summary.descriptions().next().unwrap_or_default();
    let first = summary.entries().flat_map(|(_, entries)| entries).next();
    let code = first.map(|entry| entry.problem.code.code());
    json!({ "code": code, "message": message, "summary": summary.to_json() })
}

/// What the pass over a pipeline and its trigger changed when it was started.
#[derive(Clone, Debug, Default)]
pub struct AtStart {
    /// The document, where it changed.
    pub document: Option<Params>,
    /// The trigger, where it changed.
    pub trigger: Option<Params>,
}

/// The pass over a pipeline when it is started: its trigger; then everything with evaluator v2 and v3, everything but the stages
/// with v4. What fails, or needs something from outside, stays as text and is tried again when its stage starts.
#[must_use]
pub fn at_start(definition: &Definition, trigger: &Params, given: Given<'_>) -> AtStart {
    let document = &definition.document;
    let mut changes = AtStart::default();
    if !has_expressions(document) && !has_expressions(trigger) {
        return changes;
    }
    let variables = document.get("templateVariables");
    let options = given.options().at_submit();
    let walk = Walk { templates: Some(given.templates), deferred: &[] };
    let written = Root::of_submission(trigger.value(), variables);
    changes.trigger = changed(evaluate_value(trigger.value(), &written, &options, walk).value, trigger);
    let trigger = changes.trigger.as_ref().unwrap_or(trigger);
    let version = EvaluatorVersion::parse(document.get("spelEvaluator").and_then(Value::as_str));
    let root = Root::of_submission(trigger.value(), variables);
    changes.document = changed(evaluate_pipeline(document.value(), version, &root, &options, walk).value, document);
    changes
}

/// A value of the document, evaluated with nothing but the trigger; what fails, or needs something from outside, stays as it is written.
#[must_use]
pub fn on_trigger(value: &Params, trigger: &Params, given: Given<'_>) -> Params {
    let options = given.options().at_submit();
    let walk = Walk { templates: Some(given.templates), deferred: &[] };
    Params::new(
        evaluate_value(value.value(), &Root::of_submission(trigger.value(), None), &options, walk).value.into_owned(),
    )
}

/// Evaluates what a person asked for, on a root of their choice: a text with `${…}` is a template, any other one expression.
///
/// # Errors
/// What has to be fetched first.
pub fn ask(root: &Root<'_>, text: &str, given: Given<'_>) -> Result<Answer, Vec<Need>> {
    let walk = Walk { templates: Some(given.templates), deferred: &[] };
    expression::evaluate_asked(text, root, &given.options(), walk)
}

fn tasks_of(stage: &Stage) -> Value {
    let phases = stage.record().map(|record| record.phases.as_slice()).unwrap_or_default();
    let last = phases.len().saturating_sub(1);
    let task = |(index, phase): (usize, &crate::stage::Phase)| {
        let status = phase.status(index == last, stage.status()).as_str();
        json!({
            "id": (index + 1).to_string(), "name": phase.name, "status": status,
            "startTime": phase.started.0, "endTime": phase.ended.map(|at| at.0),
            "stageStart": index == 0, "stageEnd": index == last,
        })
    };
    Value::Array(phases.iter().enumerate().map(task).collect())
}

fn times(stage: &Stage) -> (Option<i64>, Option<i64>) {
    match &stage.state {
        crate::stage::StageState::NotStarted => (None, None),
        crate::stage::StageState::Running(run) => (Some(run.started.0), None),
        crate::stage::StageState::Ended(ended) => (ended.started.map(|at| at.0), Some(ended.ended.0)),
    }
}

fn status_of(status: StageStatus) -> expression::Status {
    match status {
        StageStatus::NotStarted => expression::Status::NotStarted,
        StageStatus::Running => expression::Status::Running,
        StageStatus::Paused => expression::Status::Paused,
        StageStatus::Succeeded => expression::Status::Succeeded,
        StageStatus::FailedContinue => expression::Status::FailedContinue,
        StageStatus::Terminal => expression::Status::Terminal,
        StageStatus::Canceled => expression::Status::Canceled,
        StageStatus::Stopped => expression::Status::Stopped,
        StageStatus::Skipped => expression::Status::Skipped,
    }
}

/// The execution's own properties, as the API shows them (reference pipelines-and-stages.md §1.7).
fn fields_of(execution: &Execution, document: &Params) -> Object {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| {
        fields.insert(key.to_owned(), value);
    };
    put("id", execution.id.as_str().into());
    put("name", execution.name.as_str().into());
    put("application", execution.application.as_str().into());
    put("status", execution.status().as_str().into());
    put("authentication", json!({ "user": execution.principal, "allowedAccounts": [] }));
    put("buildTime", execution.created.0.into());
    put("startTime", execution.started().map(|at| at.0).into());
    put("endTime", execution.ended().map(|at| at.0).into());
    let cancelled = execution.control.kind == crate::execution::ControlKind::Cancel;
    put("canceled", cancelled.into());
    if cancelled {
        put("canceledBy", execution.control.by.clone().into());
        put("cancellationReason", execution.control.reason.clone().into());
    }
    let root = execution.parent.as_ref().map_or(&execution.id, |parent| &parent.execution);
    put("rootId", root.as_str().into());
    if let Some(pipeline) = &execution.pipeline {
        put("pipelineConfigId", pipeline.id.as_str().into());
    }
    let copied = ["limitConcurrent", "keepWaitingPipelines", "maxConcurrentExecutions", "description", "notifications"];
    for key in copied.into_iter().chain(["spelEvaluator", "templateVariables", "source", "origin"]) {
        if let Some(value) = document.get(key) {
            put(key, value.clone());
        }
    }
    fields
}

#[cfg(test)]
mod tests;
