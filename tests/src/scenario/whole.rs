//! A scenario played against the whole server: real database, real components, the engine, and a clock moved by hand.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::control::Wish;
use app::{Caller, Via};
use domain::environment::Environment;
use domain::execution::ControlKind;
use domain::principal::{Principal, Standing};
use domain::{ExecutionId, Params};
use serde_json::Value;

use super::file::{Act, Scenario, Step};
use super::outside::{ADDRESS, Outside};
use super::timeline::Timeline;
use crate::bed::Bed;

/// Components that scenarios use.
const COMPONENTS: [&str; 13] = [
    "wait",
    "manual-judgment",
    "pipeline",
    "webhook",
    "check-preconditions",
    "ci-build",
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
    for plugin in SPEAKING.iter().filter(|_| !scenario.outside.is_empty()) {
        bed.install_with_loopback(plugin).await?;
    }
    let address = if scenario.outside.is_empty() { None } else { Some(Outside::new(&scenario.outside).serve()?) };
    let placed = |document: &Value| -> Result<Value> {
        let Some(address) = &address else { return Ok(document.clone()) };
        Ok(serde_json::from_str(&document.to_string().replace(ADDRESS, address))?)
    };
    for other in &scenario.others {
        bed.save(placed(other)?).await?;
    }
    let start = bed.clock.now();
    let before = bed.stats().drives;
    let execution = bed.start_with(placed(scenario.pipeline.value())?, scenario.parameters()).await?;
    driven(&bed, before).await?;
    if !scenario.outside.is_empty() || !scenario.others.is_empty() {
        bed.settled().await;
    }
    let mut script: VecDeque<&Step> =
        scenario.script.iter().filter(|step| !matches!(step.act, Act::Start(_))).collect();
    for _ in 0..MOST_TURNS {
        let view = bed.view(&execution).await?;
        let act = script.front().map(|step| start.plus(step.at));
        let due = if view.status.is_complete() { None } else { view.due };
        // Operations sleep beside the execution; so do the executions that it has started.
        let acts_outside = !scenario.outside.is_empty() || !scenario.others.is_empty();
        let sleeper = if acts_outside && !view.status.is_complete() { bed.clock.next() } else { None };
        let Some(next) = [act, due, sleeper].into_iter().flatten().min() else {
            bed.ended(&execution).await?;
            let mut timeline = Timeline::default();
            bed.events(&execution).await?.iter().for_each(|event| timeline.add(event, start));
            return Ok(timeline.lines);
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
