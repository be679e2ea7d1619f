//! The engine with real parts: how far a drive goes, what a commit holds, what survives.

mod acting;
mod artifacts;
mod children;
mod control;
mod dates;
mod ends;
mod expressions;
mod faults;
mod notifications;
mod quarantine;
mod questions;
mod queues;
mod recovery;
mod restarts;
mod starts;
mod swaps;
mod timers;
mod together;
mod triggers;

use domain::execution::EventKind;
use serde_json::{Value, json};

/// A document of one chain: each stage waits for the one before it.
fn chain(stages: Vec<Value>) -> Value {
    let stages: Vec<Value> = stages
        .into_iter()
        .enumerate()
        .map(|(position, mut stage)| {
            let members = stage.as_object_mut().expect("an object");
            members.insert("refId".into(), position.to_string().into());
            members.entry("name").or_insert_with(|| format!("Stage {position}").into());
            let before: Vec<String> = position.checked_sub(1).map(|before| before.to_string()).into_iter().collect();
            members.insert("requisiteStageRefIds".into(), before.into());
            stage
        })
        .collect();
    json!({ "name": "chain", "stages": stages })
}

/// A stage that asks what is listed.
fn script(requests: Value) -> Value {
    json!({ "type": "script", "echo": true, "requests": requests })
}

/// Runs `idle`'s operation `kind`.
fn act(kind: &str, input: Value) -> Value {
    json!({ "type": "act", "provider": "idle", "operation": kind, "input": input })
}

fn asked(kind: &EventKind) -> bool {
    matches!(kind, EventKind::QuestionAsked { .. })
}

fn ordered(kind: &EventKind) -> bool {
    matches!(kind, EventKind::OperationOrdered { .. })
}
