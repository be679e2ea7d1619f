//! Stage cases: a small host that asks, answers and withdraws, and an adversary.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::matching::part;
use crate::stage::{Answer, Patch, StagePlugin, Turn, Verdict, Waiting};
use crate::{Failure, FailureClass, Meta, code};

/// How many rounds a cancelled stage may take for its clean-up.
const CLEAN_UP_ROUNDS: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StageCase {
    #[serde(default, rename = "about")]
    _about: String,
    stage: Option<String>,
    #[serde(default)]
    configuration: Value,
    #[serde(default)]
    context: Map<String, Value>,
    #[serde(default)]
    meta: Meta,
    turns: Vec<TurnCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TurnCase {
    answer: Option<String>,
    at: Option<f64>,
    by: Option<String>,
    #[serde(default)]
    value: Value,
    failure: Option<Failure>,
    #[serde(default)]
    requests: BTreeMap<String, Value>,
    #[serde(default)]
    withdraw: Vec<String>,
    phases: Option<Vec<String>>,
    context: Option<Value>,
    outputs: Option<Value>,
    artifacts: Option<Value>,
    progress: Option<Value>,
    finish: Option<Value>,
}

pub(super) fn run(plugin: &StagePlugin, case: StageCase) -> Vec<String> {
    let kind = case.stage.unwrap_or_else(|| plugin.kinds().first().map(|kind| (*kind).to_owned()).unwrap_or_default());
    let meta = Meta { now: case.meta.started, ..case.meta };
    let mut turn =
        Turn { meta, stage_type: kind, config: case.configuration, context: case.context, ..Turn::default() };
    let mut differences = Vec::new();
    let mut starts = Vec::new();
    let mut last = None;
    for (number, expected) in case.turns.iter().enumerate() {
        let place = format!("turn {}", number + 1);
        if let Err(difference) = arrive(&mut turn, expected) {
            differences.push(format!("{place}: {difference}"));
            return differences;
        }
        let verdict = plugin.step(turn.clone());
        if plugin.step(turn.clone()) != verdict {
            differences.push(format!("{place}: the same turn gives two verdicts"));
        }
        differences.extend(compare(&place, expected, &verdict));
        starts.push(turn.clone());
        if let Verdict::Waiting(waiting) = &verdict {
            follow(&mut turn, waiting);
            differences.extend(cancel(plugin, turn.clone()).map(|difference| format!("{place}: {difference}")));
            disturb(plugin, &turn);
        }
        last = Some(verdict);
    }
    if let Some(Verdict::Finished(..)) = &last {
        differences.extend(at_once(plugin, &starts, last.as_ref()));
    }
    differences
}

/// The turn's answer arrives, if it has one.
fn arrive(turn: &mut Turn, expected: &TurnCase) -> Result<(), String> {
    let at = expected.at.unwrap_or(turn.meta.now);
    turn.meta.now = at;
    let Some(label) = expected.answer.clone() else {
        return Ok(());
    };
    if !label.starts_with('$') {
        let asked = turn.pending.len();
        turn.pending.retain(|pending| *pending != label);
        if turn.pending.len() == asked {
            return Err(format!("the case answers {label:?}, which is not pending: {:?}", turn.pending));
        }
    }
    let outcome = expected.failure.clone().map_or(Ok(expected.value.clone()), Err);
    turn.answers.push(Answer { label, at, by: expected.by.clone(), outcome });
    Ok(())
}

/// What a host does with a waiting verdict.
fn follow(turn: &mut Turn, waiting: &Waiting) {
    turn.pending.retain(|label| !waiting.withdraw.contains(label));
    for request in &waiting.requests {
        if !turn.pending.contains(&request.label) {
            turn.pending.push(request.label.clone());
        }
    }
    turn.state.clone_from(&waiting.state);
}

fn compare(place: &str, expected: &TurnCase, verdict: &Verdict) -> Vec<String> {
    let nothing = Waiting::default();
    let (patch, waiting, finish) = match verdict {
        Verdict::Waiting(waiting) => (&waiting.patch, waiting, None),
        Verdict::Finished(finish, patch) => (patch, &nothing, Some(finish)),
    };
    let mut differences = compare_requests(place, expected, waiting);
    if expected.withdraw != waiting.withdraw {
        differences.push(format!("{place}: withdraw: expected {:?}, came {:?}", expected.withdraw, waiting.withdraw));
    }
    differences.extend(compare_patch(place, expected, patch));
    if let Some(progress) = &expected.progress {
        differences.extend(part(
            &format!("{place}: progress"),
            progress,
            &waiting.progress.clone().unwrap_or_default(),
        ));
    }
    match (&expected.finish, finish) {
        (None, None) => {}
        (Some(expected), Some(finish)) => {
            let finish = json!({ "status": finish.status, "problem": finish.problem, "actingAs": finish.acting_as });
            differences.extend(part(&format!("{place}: finish"), expected, &finish));
        }
        (Some(expected), None) => differences.push(format!("{place}: expected the end {expected}, the stage waits")),
        (None, Some(finish)) => differences.push(format!("{place}: expected to wait, the stage ended: {finish:?}")),
    }
    differences
}

fn compare_requests(place: &str, expected: &TurnCase, waiting: &Waiting) -> Vec<String> {
    let mut differences = Vec::new();
    for request in &waiting.requests {
        let label = &request.label;
        let Some(expected) = expected.requests.get(label) else {
            differences.push(format!("{place}: asks {label:?} unexpectedly: {:?}", request.demand));
            continue;
        };
        let demand = serde_json::to_value(&request.demand).unwrap_or_default();
        differences.extend(part(&format!("{place}: requests.{label}"), expected, &demand));
    }
    for label in
        expected.requests.keys().filter(|label| waiting.requests.iter().all(|request| request.label != **label))
    {
        differences.push(format!("{place}: does not ask {label:?}"));
    }
    differences
}

fn compare_patch(place: &str, expected: &TurnCase, patch: &Patch) -> Vec<String> {
    let mut differences = Vec::new();
    if let Some(phases) = &expected.phases
        && *phases != patch.phases
    {
        differences.push(format!("{place}: phases: expected {phases:?}, came {:?}", patch.phases));
    }
    let pairs = [
        ("context", &expected.context, Value::Object(patch.context.clone())),
        ("outputs", &expected.outputs, Value::Object(patch.outputs.clone())),
        ("artifacts", &expected.artifacts, Value::Array(patch.artifacts.clone())),
    ];
    for (name, expected, actual) in pairs {
        if let Some(expected) = expected {
            differences.extend(part(&format!("{place}: {name}"), expected, &actual));
        }
    }
    differences
}

/// The adversary: all answers at once, from every point, lead to the same end.
fn at_once(plugin: &StagePlugin, starts: &[Turn], last: Option<&Verdict>) -> Vec<String> {
    let Some(all) = starts.last() else {
        return Vec::new();
    };
    let differs = |start: &&Turn| {
        let turn = Turn { answers: all.answers.clone(), meta: all.meta.clone(), ..(*start).clone() };
        Some(&plugin.step(turn)) != last
    };
    starts
        .iter()
        .filter(differs)
        .map(|start| format!("all answers at once after {} of them lead to another end", start.answers.len()))
        .collect()
}

/// The adversary: a cancelled stage ends, whatever becomes of its clean-up.
fn cancel(plugin: &StagePlugin, mut turn: Turn) -> Option<String> {
    let outcome = Ok(json!({ "cause": "cancel", "reason": "adversary", "by": "somebody" }));
    turn.answers.push(Answer { label: "$cancel".to_owned(), at: turn.meta.now, by: None, outcome });
    for _ in 0..CLEAN_UP_ROUNDS {
        let Verdict::Waiting(waiting) = plugin.step(turn.clone()) else {
            return None;
        };
        follow(&mut turn, &waiting);
        let labels = std::mem::take(&mut turn.pending);
        if labels.is_empty() {
            return Some("cancelled, the stage waits for nothing".to_owned());
        }
        for label in labels {
            let outcome = Err(Failure::new(FailureClass::Cancelled, code("adversary.cancelled"), "cancelled"));
            turn.answers.push(Answer { label, at: turn.meta.now, by: None, outcome });
        }
    }
    Some(format!("cancelled, the stage does not end in {CLEAN_UP_ROUNDS} rounds"))
}

/// The adversary: whatever an open request is answered with, nothing panics.
fn disturb(plugin: &StagePlugin, turn: &Turn) {
    let failure = Failure::new(FailureClass::Unavailable, code("adversary.failed"), "failed");
    let outcomes = [Err(failure), Ok(Value::Null), Ok(json!("nonsense")), Ok(json!({})), Ok(json!([1]))];
    for (label, outcome) in turn.pending.iter().flat_map(|label| outcomes.iter().map(move |outcome| (label, outcome))) {
        let mut turn = turn.clone();
        turn.pending.retain(|pending| pending != label);
        turn.answers.push(Answer { label: label.clone(), at: turn.meta.now, by: None, outcome: outcome.clone() });
        let _ = plugin.step(turn);
    }
}
