//! The pipelines of a soak run, as people write them for Spinnaker.

use serde_json::{Value, json};

/// Application of both.
pub const APPLICATION: &str = "soak";

/// Id of the child pipeline.
pub const CHILD: &str = "0b5f3a52-4f0c-4a68-9f0e-6a1f64a8c001";

/// Id of the pipeline.
pub const RELEASE: &str = "0b5f3a52-4f0c-4a68-9f0e-6a1f64a8c002";

/// Source of its webhook trigger.
pub const SOURCE: &str = "soak";

/// Paths at the sink that one execution of the release calls, its child's included: one call each.
pub const EFFECTS: [&str; 7] = ["/a", "/b", "/c", "/d", "/deploy", "/verify", "/done"];

/// Parameters, four parallel branches and their join, a judgment, a webhook, a child that is waited for, a webhook.
#[must_use]
pub fn release(sink: &str) -> Value {
    let branch = |number: u32, path: &str| {
        json!({ "refId": number.to_string(), "requisiteStageRefIds": ["1"], "type": "webhook", "name": format!("Branch {path}"),
            "url": format!("http://{sink}{path}"), "method": "POST", "payload": { "branch": path, "version": "${parameters.version}" } })
    };
    json!({
        "id": RELEASE, "application": APPLICATION, "name": "release", "limitConcurrent": false, "keepWaitingPipelines": false,
        "description": "Four branches, a judgment, a deployment and its verification.",
        "parameterConfig": [
            { "name": "version", "label": "Version", "required": true, "default": "", "hasOptions": false, "options": [] },
            { "name": "region", "required": false, "default": "eu-west-1", "hasOptions": true, "options": [{ "value": "eu-west-1" }, { "value": "us-east-1" }] },
        ],
        "triggers": [{ "type": "webhook", "enabled": true, "source": SOURCE, "payloadConstraints": { "kind": "^release$" } }],
        "notifications": [], "expectedArtifacts": [],
        "stages": [
            { "refId": "1", "requisiteStageRefIds": [], "type": "wait", "name": "Settle", "waitTime": 1 },
            branch(2, "/a"), branch(3, "/b"), branch(4, "/c"), branch(5, "/d"),
            { "refId": "6", "requisiteStageRefIds": ["2", "3", "4", "5"], "type": "wait", "name": "Join", "waitTime": 1 },
            { "refId": "7", "requisiteStageRefIds": ["6"], "type": "manualJudgment", "name": "Go?", "judgmentInputs": [],
              "instructions": "Deploy it?", "failPipeline": true, "notifications": [] },
            { "refId": "8", "requisiteStageRefIds": ["7"], "type": "webhook", "name": "Deploy", "url": format!("http://{sink}/deploy"),
              "method": "POST", "payload": { "application": APPLICATION } },
            { "refId": "9", "requisiteStageRefIds": ["8"], "type": "pipeline", "name": "Verify", "application": APPLICATION,
              "pipeline": CHILD, "waitForCompletion": true, "pipelineParameters": { "depth": "full" }, "failPipeline": true },
            { "refId": "10", "requisiteStageRefIds": ["9"], "type": "webhook", "name": "Done", "url": format!("http://{sink}/done"),
              "method": "POST", "payload": {} },
        ],
    })
}

/// What the release waits for.
#[must_use]
pub fn child(sink: &str) -> Value {
    json!({
        "id": CHILD, "application": APPLICATION, "name": "verify", "limitConcurrent": false,
        "parameterConfig": [{ "name": "depth", "default": "quick" }],
        "stages": [
            { "refId": "1", "requisiteStageRefIds": [], "type": "wait", "name": "Soak", "waitTime": 1 },
            { "refId": "2", "requisiteStageRefIds": ["1"], "type": "webhook", "name": "Verify", "url": format!("http://{sink}/verify"),
              "method": "POST", "payload": {} },
        ],
    })
}
