//! Stage `runMultiplePipelines`: level after level, all of one level at once.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{ChildExecution, object};

use crate::child::Child;
use crate::several::{App, Levels, RunMultiplePipelines};

/// 24 hours in milliseconds.
const TIMEOUT: u64 = 86_400_000;

async fn run(config: RunMultiplePipelines, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("parsePipelinesYaml");
    let Levels { levels, rolls_back } = config.read()?;
    flow.context("rollbackOnFailure", rolls_back);
    flow.phase("runMultiplePipelines");
    let mut listed: Vec<Value> = Vec::new();
    let last = levels.len().saturating_sub(1);
    for (number, level) in levels.iter().enumerate() {
        let ends = join_all(level.iter().map(|app| one(&config, app, &flow))).await;
        listed.extend(level.iter().zip(&ends).map(|(app, end)| told(app, end)));
        flow.output("executionsList", &listed);
        let finish = finish(&ends);
        if finish.status != Status::Succeeded && !(config.ignore_uncompleted.0 && number < last) || number == last {
            return Ok(finish);
        }
    }
    Ok(Finish::succeeded())
}

/// What came of one of them: its execution and its end, or why it could not be started.
type End = Result<(String, Child), Failure>;

/// Starts one and waits for its end; dropped by a cancel of this stage, the host cancels it.
async fn one(config: &RunMultiplePipelines, app: &App, flow: &Flow) -> End {
    let meta = flow.meta();
    let trigger = json!({ "type": "pipeline", "parentPipelineStageId": meta.stage, "strategy": false,
        "executionIdentifier": app.name });
    let child = ChildExecution {
        application: config.pipeline_application.clone().unwrap_or(meta.application),
        pipeline: app.pipeline.clone(),
        parameters: app.arguments.clone(),
        artifacts: None,
        trigger: object(trigger),
    };
    let execution = flow.pipeline(format!("start/{}", app.name), child).await?;
    let end = flow.execution(format!("end/{}", app.name), execution.clone()).await?;
    Ok((execution, Child::read(end)))
}

/// As `executionsList` shows it.
fn told(app: &App, end: &End) -> Value {
    match end {
        Ok((execution, child)) => {
            json!({ "id": execution, "executionIdentifier": app.name, "status": child.status })
        }
        Err(failure) => json!({ "executionIdentifier": app.name, "status": "TERMINAL", "error": failure.message }),
    }
}

/// What a level comes to: a failure counts for more than a cancel.
fn finish(ends: &[End]) -> Finish {
    let failures: Vec<Failure> = ends
        .iter()
        .filter_map(|end| match end {
            Ok((execution, child)) => child.has_failed().then(|| child.failure(execution)),
            Err(failure) => Some(failure.clone()),
        })
        .collect();
    let cancelled = ends.iter().flatten().any(|(_, child)| child.status == "CANCELED");
    match failures.first() {
        None if cancelled => Finish::cancelled(),
        None => Finish::succeeded(),
        Some(first) => {
            let errors: Vec<&str> = failures.iter().map(|failure| failure.message.as_str()).collect();
            first.clone().with_details(json!({ "errors": errors })).into()
        }
    }
}

/// The stage type.
pub fn stage() -> Stage {
    Stage::new("runMultiplePipelines", run)
        .label("Run multiple pipelines", "运行多条流水线")
        .help(
            "Runs several pipelines of one application, each after those it depends on.",
            "按依赖顺序运行同一应用的多条流水线。",
        )
        .timeout(TIMEOUT)
        .check(RunMultiplePipelines::problems)
        .restart(&["rollbackOnFailure"], &[])
}
