//! What an execution leaves when it has ended: told to those who wait for it (reference pipelines-and-stages.md §2.15, §3.6).

use domain::Params;
use domain::execution::ExecutionStatus;
use domain::params::Value;
use domain::stage::{StageState, StageStatus};
use scheduler::View;

/// `{status, name, outputs, artifacts, failures}`: outputs and artifacts of all stages in the order of the graph, and one failure
/// for each message of each stage that ended TERMINAL.
pub(crate) fn report(view: &View, status: ExecutionStatus) -> Params {
    let order = topological(view);
    Params::from_members([
        ("status", status.as_str().into()),
        ("name", view.execution.name.as_str().into()),
        ("outputs", outputs(view, &order)),
        ("artifacts", artifacts(view, &order)),
        ("failures", failures(view)),
    ])
}

/// Positions so that every stage stands after what it waited for, and after its own synthetic children.
fn topological(view: &View) -> Vec<usize> {
    let mut order = Vec::with_capacity(view.stages.len());
    let mut seen = vec![false; view.stages.len()];
    let mut stack: Vec<(usize, bool)> = (0..view.stages.len()).rev().map(|position| (position, false)).collect();
    while let Some((position, expanded)) = stack.pop() {
        if expanded {
            order.push(position);
            continue;
        }
        let Some(stage) = view.stages.get(position) else { continue };
        if std::mem::replace(&mut seen[position], true) {
            continue;
        }
        stack.push((position, true));
        let child = |candidate: &usize| {
            view.stages[*candidate].synthetic.as_ref().is_some_and(|place| place.parent == position)
        };
        stack.extend((view.top_level..view.stages.len()).filter(child).rev().map(|child| (child, false)));
        stack.extend(stage.upstream.iter().rev().map(|&up| (up, false)));
    }
    order
}

/// Lists under one key are joined without duplicates, of other values the last one wins.
fn outputs(view: &View, order: &[usize]) -> Value {
    let mut merged = serde_json::Map::new();
    for record in order.iter().filter_map(|&position| view.stages[position].record()) {
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

fn artifacts(view: &View, order: &[usize]) -> Value {
    let records = order.iter().filter_map(|&position| view.stages[position].record());
    records.filter_map(|record| record.artifacts.value().as_array()).flatten().cloned().collect()
}

fn failures(view: &View) -> Value {
    let mut failures = Vec::new();
    for (position, stage) in view.stages.iter().enumerate() {
        let StageState::Ended(ended) = &stage.state else { continue };
        if ended.status != StageStatus::Terminal {
            continue;
        }
        let listed = ended.problem.as_ref().and_then(|problem| problem.details.as_ref()?.get("errors")?.as_array());
        let mut messages: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        if messages.is_empty() {
            messages.push(ended.problem.as_ref().map_or("The stage failed.", |problem| problem.message.as_str()));
        }
        failures.extend(messages.into_iter().map(|message| {
            let members = Params::from_members([
                ("pipeline", view.execution.name.as_str().into()),
                ("stage", stage.name.as_str().into()),
                ("message", message.into()),
                ("stageId", stage.id.as_str().into()),
                ("stageIndex", position.into()),
            ]);
            members.value().clone()
        }));
    }
    Value::Array(failures)
}
