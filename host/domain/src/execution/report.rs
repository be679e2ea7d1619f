//! What those who wait for an execution's end are told (reference pipelines-and-stages.md §3.6 *Completion*).

use serde_json::{Map, Value, json};

use super::state::{Execution, ExecutionStatus};
use crate::params::Params;
use crate::stage::{Stage, StageState, StageStatus};

/// `{"status", "outputs", "failures": [{"pipeline", "stage", "stageId", "message"}]}`: outputs of all stages in order of their end,
/// lists joined without duplicates, other values last wins.
#[must_use]
pub fn report(execution: &Execution, stages: &[Stage], status: ExecutionStatus) -> Params {
    let mut ended: Vec<(&Stage, &crate::stage::Ended)> = stages
        .iter()
        .filter_map(|stage| match &stage.state {
            StageState::Ended(ended) => Some((stage, ended.as_ref())),
            _ => None,
        })
        .collect();
    ended.sort_by_key(|(_, ended)| ended.ended);
    let mut outputs = Map::new();
    let mut failures = Vec::new();
    for (stage, ended) in ended {
        if let Value::Object(map) = ended.record.outputs.value() {
            for (key, value) in map {
                merge(&mut outputs, key, value);
            }
        }
        if ended.status == StageStatus::Terminal && stage.synthetic.is_none() {
            let message = ended.problem.as_ref().map_or("Unexpected Task Failure", |problem| &problem.message);
            failures.push(json!({
                "pipeline": execution.name, "stage": stage.name, "stageId": stage.id.as_str(), "message": message,
            }));
        }
    }
    Params::new(json!({ "status": status.as_str(), "outputs": outputs, "failures": failures }))
}

fn merge(outputs: &mut Map<String, Value>, key: &str, value: &Value) {
    if let (Some(Value::Array(known)), Value::Array(more)) = (outputs.get_mut(key), value) {
        for item in more {
            if !known.contains(item) {
                known.push(item.clone());
            }
        }
        return;
    }
    outputs.insert(key.to_owned(), value.clone());
}
