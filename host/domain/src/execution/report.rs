//! What those who wait for an execution's end are told (reference pipelines-and-stages.md §2.15, §3.6 *Completion*).

use serde_json::{Map, Value, json};

use super::state::{Execution, ExecutionStatus};
use crate::artifact;
use crate::params::Params;
use crate::stage::{Stage, StageState, StageStatus};

/// `{"status", "application", "name", "outputs", "artifacts", "failures": [{"pipeline", "stage", "stageId", "stageIndex", "message"}]}`: outputs and
/// artifacts of all stages in the order of the graph, and one failure for each message of each top-level stage that ended TERMINAL, so
/// that failures nest across levels.
#[must_use]
pub fn report(execution: &Execution, stages: &[Stage], status: ExecutionStatus) -> Params {
    let order = topological(stages);
    Params::new(json!({
        "status": status.as_str(),
        "application": execution.application.as_str(),
        "name": execution.name,
        "outputs": outputs(stages, &order),
        "artifacts": artifacts(stages, &order),
        "failures": failures(execution, stages),
    }))
}

/// Positions so that every stage stands after what it waited for, and after its own synthetic children.
pub(crate) fn topological(stages: &[Stage]) -> Vec<usize> {
    let mut order = Vec::with_capacity(stages.len());
    let mut seen = vec![false; stages.len()];
    let mut stack: Vec<(usize, bool)> = (0..stages.len()).rev().map(|position| (position, false)).collect();
    while let Some((position, expanded)) = stack.pop() {
        if expanded {
            order.push(position);
            continue;
        }
        let Some(stage) = stages.get(position) else { continue };
        if std::mem::replace(&mut seen[position], true) {
            continue;
        }
        stack.push((position, true));
        let is_child = |stage: &Stage| stage.synthetic.as_ref().is_some_and(|place| place.parent == position);
        let children = stages.iter().enumerate().filter(|(_, stage)| is_child(stage)).map(|(child, _)| child);
        stack.extend(children.rev().map(|child| (child, false)));
        stack.extend(stage.upstream.iter().rev().map(|&up| (up, false)));
    }
    order
}

/// Lists under one key are joined without duplicates, of other values the last one wins.
fn outputs(stages: &[Stage], order: &[usize]) -> Value {
    let mut merged = Map::new();
    for record in order.iter().filter_map(|&position| stages[position].record()) {
        let Value::Object(outputs) = record.outputs.value() else { continue };
        for (key, value) in outputs {
            match (merged.get_mut(key), value) {
                (Some(Value::Array(all)), Value::Array(more)) => {
                    let new: Vec<Value> = more.iter().filter(|item| !all.contains(item)).cloned().collect();
                    all.extend(new);
                }
                _ => {
                    merged.insert(key.clone(), value.clone());
                }
            }
        }
    }
    Value::Object(merged)
}

fn artifacts(stages: &[Stage], order: &[usize]) -> Value {
    let records = order.iter().filter_map(|&position| stages[position].record());
    records.flat_map(artifact::of_stage).cloned().collect()
}

fn failures(execution: &Execution, stages: &[Stage]) -> Value {
    let mut failures = Vec::new();
    for (position, stage) in stages.iter().enumerate().filter(|(_, stage)| stage.synthetic.is_none()) {
        let StageState::Ended(ended) = &stage.state else { continue };
        if ended.status != StageStatus::Terminal {
            continue;
        }
        let listed = ended.problem.as_ref().and_then(|problem| problem.details.as_ref()?.get("errors")?.as_array());
        let mut messages: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        if messages.is_empty() {
            let message = ended.problem.as_ref().map(|problem| problem.message.as_str());
            messages.push(message.unwrap_or("Unexpected Task Failure"));
        }
        failures.extend(messages.into_iter().map(|message| {
            json!({ "pipeline": execution.name, "stage": stage.name, "stageId": stage.id.as_str(), "stageIndex": position,
                "message": message })
        }));
    }
    Value::Array(failures)
}
