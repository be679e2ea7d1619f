//! A scenario played against the whole server: real database, real components, the engine, and a clock moved by hand.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::control::Wish;
use app::view::ExecutionView;
use app::{Caller, Via};
use domain::environment::Environment;
use domain::execution::ControlKind;
use domain::principal::{Principal, Standing};
use domain::{ExecutionId, Params};
use serde_json::{Value, json};

use super::file::{Act, Scenario, Step};
use super::outside::{ADDRESS, Outside};
use super::record;
use super::timeline::Timeline;
use crate::bed::Bed;

/// Components that scenarios use.
const COMPONENTS: [&str; 14] = [
    "wait",
    "manual-judgment",
    "pipeline",
    "webhook",
    "check-preconditions",
    "ci-build",
    "embedded",
    "evaluate-artifacts",
    "evaluate-variables",
    "find-artifact-from-execution",
    "save-pipelines-from-artifact",
    "wait-for-condition",
    "scripted",
    "idle",
];

/// Components that speak with the world outside.
const SPEAKING: [&str; 2] = ["http", "jenkins"];

/// Most turns of the player's loop: a scenario that does not come to rest fails.
const MOST_TURNS: usize = 1_000;

/// Plays `scenario` and returns the timeline that came of it.
///
/// # Errors
/// The server refuses something, or the play never comes to rest.
pub async fn play(scenario: &Scenario) -> Result<Vec<String>> {
    let bed = Bed::open(&COMPONENTS).await?;
    let document = furnished(&bed, scenario).await?;
    let start = bed.clock.now();
    let before = bed.stats().drives;
    let started = bed.start_with(document, &Params::new(scenario.trigger().into())).await;
    let execution = match started {
        Ok(execution) => execution,
        Err(error) => return refused(&bed, error).await,
    };
    driven(&bed, before).await?;
    // Operations sleep beside the execution; so do the executions that it has started.
    let acts_outside = !scenario.outside.is_empty() || !scenario.others.is_empty();
    if acts_outside {
        bed.settled().await;
    }
    let mut script: VecDeque<&Step> =
        scenario.script.iter().filter(|step| !matches!(step.act, Act::Start(_))).collect();
    for _ in 0..MOST_TURNS {
        let view = bed.view(&execution).await?;
        let act = script.front().map(|step| start.plus(step.at));
        let due = if view.status.is_complete() { None } else { view.due };
        let sleeper = if acts_outside && !view.status.is_complete() { bed.clock.next() } else { None };
        let Some(next) = [act, due, sleeper].into_iter().flatten().min() else {
            bed.ended(&execution).await?;
            bed.operations_closed(&execution).await?;
            bed.quiet().await;
            record::check(scenario.record.as_ref(), &on_record(&bed.view(&execution).await?))?;
            let mut timeline = Timeline::default();
            bed.events(&execution).await?.iter().for_each(|event| timeline.add(event, start));
            let view = bed.view(&execution).await?;
            return shown(scenario, &view, timeline.lines);
        };
        let before = bed.stats().drives;
        bed.clock.advance(next.since(bed.clock.now()).max(0));
        if due == Some(next) {
            driven(&bed, before).await?;
        }
        if acts_outside {
            bed.settled().await;
        }
        if act == Some(next)
            && let Some(step) = script.pop_front()
        {
            let before = bed.stats().drives;
            perform(&bed, &execution, &step.act).await?;
            driven(&bed, before).await?;
            if acts_outside {
                bed.settled().await;
            }
        }
    }
    bail!("the scenario does not come to rest")
}

/// Installs what speaks with the world outside, saves the other pipelines, and gives the document with the address of that world.
async fn furnished(bed: &Bed, scenario: &Scenario) -> Result<Value> {
    let mut address = None;
    if !scenario.outside.is_empty() {
        for plugin in SPEAKING {
            bed.install_with_loopback(plugin).await?;
        }
        address = Some(Outside::new(&scenario.outside).serve()?);
    }
    let placed = |document: &Value| -> Result<Value> {
        let Some(address) = &address else { return Ok(document.clone()) };
        Ok(serde_json::from_str(&document.to_string().replace(ADDRESS, address))?)
    };
    for other in &scenario.others {
        bed.save(placed(other)?).await?;
    }
    placed(scenario.pipeline.value())
}

/// The timeline, and what the scenario wants to be shown.
fn shown(scenario: &Scenario, view: &ExecutionView, mut lines: Vec<String>) -> Result<Vec<String>> {
    for shown in &scenario.shows {
        let stage = view.stages.iter().find(|stage| stage.ref_id.as_str() == shown.stage);
        let stage = stage.with_context(|| format!("there is no stage {}", shown.stage))?;
        lines.push(shown.line(&shown.of(stage.status.as_str(), stage.run, &stage.context, &stage.outputs)));
    }
    Ok(lines)
}

/// A start that fails leaves an execution behind that has ended, and says why.
async fn refused(bed: &Bed, error: anyhow::Error) -> Result<Vec<String>> {
    let failed = bed.store.executions().list(&store::ExecutionFilter::default(), None, 1).await?;
    let Some(failed) = failed.items.first() else { return Err(error) };
    let status = failed.execution.status();
    anyhow::ensure!(status == domain::execution::ExecutionStatus::Terminal, "the failed start shows {status:?}");
    let reason = failed.refused.as_deref().context("the failed start has no reason")?;
    let code = if reason.contains("matches multiple artifacts") { "artifact.ambiguous" } else { "artifact.unmatched" };
    anyhow::ensure!(reason.contains("xpected artifact"), "it was refused for another reason: {reason}");
    Ok(vec![format!("0s refused {code}")])
}

/// What the execution shows, for the section `Record`.
fn on_record(view: &ExecutionView) -> Value {
    let stages = view
        .stages
        .iter()
        .map(|stage| (stage.ref_id.to_string(), record::stage(&stage.context, &stage.outputs, &stage.artifacts)));
    json!({ "trigger": view.execution.trigger, "stages": stages.collect::<serde_json::Map<_, _>>() })
}

/// Waits until the engine has driven once more, and then has nothing to do but wait.
async fn driven(bed: &Bed, before: u64) -> Result<()> {
    let told = async {
        while bed.stats().drives <= before {
            tokio::task::yield_now().await;
        }
        bed.quiet().await;
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.context("the engine was not woken")
}

async fn perform(bed: &Bed, execution: &ExecutionId, act: &Act) -> Result<()> {
    let id = execution.as_str();
    match act {
        Act::Start(_) => {}
        Act::Answer { stage, answer, by } => {
            let open = bed.app.open_questions_of(&person(by), id).await?;
            let stage = stage_id(bed, execution, stage).await?;
            let question = open.iter().find(|question| question.stage.as_str() == stage);
            let question = question.context("the stage asks nobody anything")?;
            bed.app.answer(&person(by), &question.id(), Params::new(answer.clone())).await?;
        }
        Act::Patch { stage, patch, by } => {
            let stage = stage_id(bed, execution, stage).await?;
            bed.app.patch_stage(&person(by), id, &stage, Params::new(patch.clone())).await?;
        }
        Act::Skip { stage, by } => {
            let stage = stage_id(bed, execution, stage).await?;
            bed.app.skip_stage(&person(by), id, &stage, None).await?;
        }
        Act::Restart { stage, by } => {
            let stage = stage_id(bed, execution, stage).await?;
            bed.app.restart_stage(&person(by), id, &stage, None).await?;
        }
        Act::Control(kind, by) => {
            let wish = match kind {
                ControlKind::Run => Wish::Resume,
                ControlKind::Pause => Wish::Pause,
                ControlKind::Cancel => Wish::Cancel,
            };
            bed.app.control(&person(by), id, wish, None).await?;
        }
    }
    Ok(())
}

fn person(name: &str) -> Caller {
    let principal = Principal { name: name.to_owned(), standing: Standing::Admin, roles: Vec::new() };
    Caller { principal, via: Via::Server }
}

async fn stage_id(bed: &Bed, execution: &ExecutionId, reference: &str) -> Result<String> {
    let view = bed.view(execution).await?;
    let found = view.stages.iter().find(|stage| stage.ref_id.as_str() == reference);
    Ok(found.with_context(|| format!("there is no stage {reference}"))?.id.to_string())
}
