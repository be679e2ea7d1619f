//! What the host does for an execution that is played against `decide`: expressions, and what it is asked of itself.

use anyhow::{Context, Result, bail};
use domain::code::code;
use domain::evaluation::{self, Given, Scene};
use domain::operation::OperationKey;
use domain::pipeline::Definition;
use domain::stage::request::Expression;
use domain::{Failure, FailureClass, Params, Timestamp};
use expression::{Answers, Templates};
use scheduler::View;
use serde_json::{Value, json};

/// A document and a trigger as an execution begins with them.
pub struct Started {
    /// The document.
    pub document: Params,
    /// The trigger.
    pub trigger: Params,
}

/// The pass over document and trigger at a start.
#[must_use]
pub fn at_start(definition: &Definition, trigger: &Params, templates: &Templates, now: Timestamp) -> Started {
    let answers = Answers::new();
    let changed = evaluation::at_start(definition, trigger, Given { templates, now, seed: 7, answers: &answers });
    Started {
        document: changed.document.unwrap_or_else(|| definition.document.clone()),
        trigger: changed.trigger.unwrap_or_else(|| trigger.clone()),
    }
}

/// Prepares the configuration of a stage that is to be stepped.
pub fn prepare(
    view: &mut View,
    position: usize,
    document: &Params,
    deferred: &[String],
    templates: &Templates,
    now: Timestamp,
) {
    let due = view.stages[position].running().is_some_and(|run| {
        let is_first = run.config.is_none() && run.answers.is_empty();
        if is_first {
            evaluation::is_due(&view.stages, position)
        } else {
            evaluation::has_expressions(view.stages[position].configuration())
        }
    });
    if !due {
        return;
    }
    let answers = Answers::new();
    let deferred: Vec<&str> = deferred.iter().map(String::as_str).collect();
    let scene = Scene::new(&view.execution, &view.stages, document);
    let given = Given { templates, now, seed: 7, answers: &answers };
    let prepared = evaluation::prepare(&scene, position, &deferred, given);
    drop(scene);
    scheduler::prepare(view, position, prepared, now);
}

/// Evaluates what a stage asked for.
///
/// # Errors
/// It needs something from outside.
pub fn evaluate(
    view: &View,
    key: &OperationKey,
    document: &Params,
    expressions: &[Expression],
    templates: &Templates,
    now: Timestamp,
) -> Result<Params> {
    let position = view.position(&key.stage).context("the stage that asked is gone")?;
    let answers = Answers::new();
    let scene = Scene::new(&view.execution, &view.stages, document);
    let given = Given { templates, now, seed: 7, answers: &answers };
    evaluation::evaluate(&scene, position, expressions, given)
        .map_err(|needs| anyhow::anyhow!("a scenario against `decide` cannot fetch {needs:?}"))
}

/// Answers a query of the host about the execution itself.
///
/// # Errors
/// Any other query: the scenario has to say what is answered.
pub fn ask_host(view: &View, kind: &str) -> Result<Params> {
    let row = |stage: &domain::stage::Stage| json!({ "refId": stage.ref_id.as_str(), "name": stage.name, "type": stage.kind, "status": stage.status().as_str() });
    match kind {
        "stages" => Ok(Params::new(view.stages.iter().map(row).collect::<Vec<Value>>().into())),
        other => bail!("the scenario does not say under `Answers` what the host answers to `{other}`"),
    }
}

/// The answer to a stage that names a pipeline which is not there.
#[must_use]
pub fn no_pipeline(name: &str) -> Failure {
    let message = format!("Application `scenario` has no pipeline with the name or id `{name}`.");
    Failure::new(FailureClass::NotFound, code("pipeline.unknown"), message)
}
