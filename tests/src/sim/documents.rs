//! Random pipelines: joins, failure choices, waits, judgments, operations of every temper, child pipelines, synthetic stages, timeouts.

use serde_json::{Map, Value, json};

use super::installation::{LEAF, MIDDLE, PROVIDER};
use crate::soak::random::Random;

/// Milliseconds that stages, timers and operations take at most.
const SPAN: u64 = 20_000;

/// A document of one to seven stages, each waiting for some of those before it.
#[must_use]
pub fn document(random: &mut Random) -> Value {
    let count = random.between(1, 7);
    let stages: Vec<Value> = (1..=count).map(|number| stage(random, number)).collect();
    json!({ "name": "random", "application": super::installation::APPLICATION, "stages": stages })
}

fn stage(random: &mut Random, number: u64) -> Value {
    let mut stage = match random.below(12) {
        0 | 1 => json!({ "type": "wait", "waitTime": random.below(20) }),
        2 => json!({ "type": "manualJudgment", "judgmentInputs": [], "instructions": "Go on?" }),
        3 | 4 => json!({
            "type": "pipeline", "application": super::installation::APPLICATION, "waitForCompletion": random.below(4) > 0,
            "pipeline": if random.below(3) == 0 { MIDDLE } else { LEAF },
        }),
        _ => script(random, 0),
    };
    let requires: Vec<String> = (1..number).filter(|_| random.below(3) == 0).map(|before| before.to_string()).collect();
    let members = stage.as_object_mut().into_iter();
    for members in members {
        members.insert("refId".into(), number.to_string().into());
        members.insert("name".into(), format!("Stage {number}").into());
        members.insert("requisiteStageRefIds".into(), requires.clone().into());
        flags(random, members);
    }
    stage
}

fn flags(random: &mut Random, members: &mut Map<String, Value>) {
    let choice = match random.below(6) {
        0 => json!({ "continuePipeline": true, "failPipeline": false }),
        1 => json!({ "continuePipeline": false, "failPipeline": false }),
        2 => {
            json!({ "continuePipeline": false, "failPipeline": false, "completeOtherBranchesThenFail": true })
        }
        _ => json!({}),
    };
    members.extend(choice.as_object().cloned().unwrap_or_default());
    if random.below(4) == 0 {
        members.insert("stageTimeoutMs".into(), random.between(2_000, SPAN).into());
    }
    if random.below(3) == 0 {
        members.insert("canManuallySkip".into(), true.into());
    }
    match random.below(20) {
        0 => members.insert("stageEnabled".into(), json!({ "type": "expression", "expression": "${false}" })),
        1 => members.insert("stageEnabled".into(), json!({ "type": "expression", "expression": "${1 == 1}" })),
        _ => None,
    };
}

fn script(random: &mut Random, depth: u64) -> Value {
    let rounds: Vec<Value> = (0..random.below(3)).map(|round| requests(random, round + 1, depth)).collect();
    let status = ["succeeded", "succeeded", "succeeded", "succeeded", "failed", "stopped", "skipped", "cancelled"];
    let status = status[usize::try_from(random.below(8)).unwrap_or(0)];
    let mut script = json!({
        "type": "script", "requests": requests(random, 0, depth), "rounds": rounds, "race": random.below(4) == 0,
        "tolerate": random.below(3) > 0, "phases": ["one", "two"], "outputs": { "given": random.below(100) },
        "finish": { "status": status },
    });
    if random.below(4) == 0 {
        script["onCancel"] = json!([{ "label": "clean", "operate": operation(random) }]);
    }
    script
}

fn requests(random: &mut Random, round: u64, depth: u64) -> Value {
    let count = random.between(1, 3);
    let request = |number| {
        let mut request = demand(random, depth);
        request["label"] = format!("r{round}.{number}").into();
        request
    };
    (0..count).map(request).collect()
}

fn demand(random: &mut Random, depth: u64) -> Value {
    match random.below(if depth == 0 { 14 } else { 12 }) {
        0 => json!({ "timer": { "after": random.below(SPAN) } }),
        1 => json!({ "timer": { "active": random.below(SPAN) } }),
        2 => json!({ "query": { "provider": PROVIDER, "kind": "look", "input": {} } }),
        3 => json!({ "evaluate": [{ "name": "sum", "value": "${1 + 1}" }] }),
        4 if random.below(2) == 0 => json!({ "notify": { "when": "now" } }),
        // Nobody has started it: that it is over is told at once.
        4 => json!({ "awaitExecution": "01JGFJK0000000000000000000" }),
        5 => json!({ "ask": { "title": "Well?", "expires": { "active": random.between(1_000, 60_000) } } }),
        12 | 13 => json!({ "runStages": { "placement": if random.below(2) == 0 { "before" } else { "after" },
            "stages": children(random, depth) } }),
        _ => json!({ "operate": operation(random) }),
    }
}

fn operation(random: &mut Random) -> Value {
    let kind = ["keyed", "keyed", "keyed", "safe", "never", "bounded"];
    let kind = kind[usize::try_from(random.below(6)).unwrap_or(0)];
    json!({ "provider": PROVIDER, "kind": kind, "input": { "number": random.below(1_000) } })
}

fn children(random: &mut Random, depth: u64) -> Vec<Value> {
    let count = random.between(1, 3);
    let child = |number: u64| {
        let mut config = if random.below(3) == 0 {
            json!({ "type": "wait", "waitTime": random.below(10) })
        } else {
            script(random, depth + 1)
        };
        let kind = config["type"].take();
        config.as_object_mut().map(|members| members.remove("type"));
        let requires: Vec<String> = (1..number).filter(|_| random.below(2) == 0).map(|up| format!("c{up}")).collect();
        json!({ "ref": format!("c{number}"), "requires": requires, "stageType": kind, "name": format!("Child {number}"),
            "config": config })
    };
    (1..=count).map(child).collect()
}

/// A pipeline that runs as a child: one operation, then a wait.
#[must_use]
pub fn leaf() -> Value {
    json!({ "name": "leaf", "application": super::installation::APPLICATION, "stages": [
        { "refId": "1", "name": "Act", "type": "script", "requests":
            [{ "label": "act", "operate": { "provider": PROVIDER, "kind": "keyed", "input": {} } }], "tolerate": true },
        { "refId": "2", "name": "Rest", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": 2 },
    ] })
}

/// A pipeline that runs as a child and has one itself, beside an operation; both are joined.
#[must_use]
pub fn middle() -> Value {
    json!({ "name": "middle", "application": super::installation::APPLICATION, "stages": [
        { "refId": "1", "name": "Below", "type": "pipeline", "application": super::installation::APPLICATION, "pipeline": LEAF,
            "waitForCompletion": true },
        { "refId": "2", "name": "Act", "type": "script", "requests":
            [{ "label": "act", "operate": { "provider": PROVIDER, "kind": "safe", "input": {} } }], "tolerate": true },
        { "refId": "3", "name": "Join", "requisiteStageRefIds": ["1", "2"], "type": "wait", "waitTime": 1 },
    ] })
}
