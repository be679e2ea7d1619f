//! Odd documents of every kind (reference pipelines-and-stages.md §1), as old files and hands write them: saved over the wire, read back
//! with the same content, started, and run to an end. What cannot be meant is refused: `bad_input.rs`, `host/app/src/tests/documents.rs`.

use serde_json::{Value, json};

use super::{get, post, save, shop, until};

fn with(members: Value) -> Value {
    let mut document = json!({ "stages": [{ "type": "wait", "refId": "1", "waitTime": 0 }] });
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    document
}

/// A document of one stage with these members.
fn stage(members: Value) -> Value {
    let mut stage = json!({ "type": "wait", "refId": "1", "waitTime": 0 });
    stage.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "stages": [stage] })
}

/// Documents, and how their executions end.
fn table() -> Vec<(Value, &'static str)> {
    let of_fields = [
        json!({ "disabled": null, "limitConcurrent": null, "keepWaitingPipelines": null, "maxConcurrentExecutions": null }),
        json!({ "disabled": "false", "limitConcurrent": "true", "keepWaitingPipelines": "FALSE", "maxConcurrentExecutions": "2" }),
        json!({ "triggers": null, "parameterConfig": null, "expectedArtifacts": null, "notifications": null, "tags": null }),
        json!({ "appConfig": null, "roles": null, "variables": null, "templateVariables": null, "source": null, "locked": null }),
        json!({ "spelEvaluator": null }),
        json!({ "spelEvaluator": "V2" }),
        json!({ "spelEvaluator": "v9", "description": "${nothing}" }),
        json!({ "parallel": true, "executionEngine": "v3", "stageCounter": "7", "isNew": true, "email": 5, "strategy": null }),
        json!({ "updateTs": "1700000000000", "lastModified": 1_700_000_000_000_i64, "lastModifiedBy": "ann", "createdAt": 1.5 }),
        json!({ "payloadConstraints": [], "constraints": "x", "entityTags": {}, "stageDefaults": [], "migrationStatus": null }),
        json!({ "exclude": [], "inherit": null, "schema": 1, "config": null, "respectQuietPeriod": "true" }),
        json!({ "index": "3", "manualStartAlert": { "type": "danger", "message": 7 }, "serviceAccount": 5 }),
        json!({ "zebra": { "": [null, -0.5, 1e30, "\u{1f6a2}"] }, "~a/b": "c", "very deep": [[[[[[[[]]]]]]]] }),
        json!({ "parameterConfig": [{ "name": "p", "required": "false", "default": null, "options": [{ "value": 1 }], "hasOptions": 1 }] }),
        json!({ "parameterConfig": [{ "name": "p", "default": [1], "label": null, "conditional": { "parameter": 5 }, "pinned": "x" }] }),
        json!({ "triggers": [{ "type": "cron", "enabled": "false", "cronExpression": 5, "id": "mine" }, { "type": "docker", "tag": null }] }),
        json!({ "triggers": [{ "type": "pipeline", "enabled": null, "status": "successful" }, { "enabled": true, "type": "none of ours" }] }),
        json!({ "notifications": [null, "x", { "type": 5 }, { "type": "nobody", "when": "pipeline.complete", "address": null }] }),
        json!({ "expectedArtifacts": [null, { "id": "x" }, { "id": 5, "matchArtifact": null, "usePriorExecution": true }] }),
    ];
    let of_stages = [
        json!({ "refId": 1, "requisiteStageRefIds": [] }),
        json!({ "requisiteStageRefIds": null, "name": null, "alias": null }),
        json!({ "failPipeline": "false", "continuePipeline": "TRUE", "completeOtherBranchesThenFail": null }),
        json!({ "failPipeline": null, "continuePipeline": null, "failOnFailedExpressions": "true" }),
        json!({ "stageEnabled": {} }),
        json!({ "stageEnabled": { "type": "EXPRESSION", "expression": "" } }),
        json!({ "stageEnabled": { "type": "expression" } }),
        json!({ "stageEnabled": "yes" }),
        json!({ "restrictExecutionDuringTimeWindow": null, "restrictedExecutionWindow": null, "skipWindowText": 5 }),
        json!({ "restrictExecutionDuringTimeWindow": "false", "restrictedExecutionWindow": { "days": "all" } }),
        json!({ "stageTimeoutMs": "5", "overrideTimeout": "true" }),
        json!({ "stageTimeoutMs": null, "backoffPeriodMs": "soon", "startTimeExpiry": null }),
        json!({ "sendNotifications": "true", "notifications": null }),
        json!({ "sendNotifications": true, "notifications": [{ "type": "nobody", "when": ["stage.complete"] }, 7] }),
        json!({ "comments": "${nothing.here}", "unknown": { "deep": [null] }, "expectedArtifacts": null }),
        json!({ "isNew": true, "inject": {}, "dependsOn": "x", "stageNameTemplate": null, "group": 5, "providerType": null }),
        json!({ "cloudProvider": null, "credentials": 5, "account": {}, "markSuccessfulOnTimeout": "x", "canManuallySkip": "x" }),
        json!({ "waitTime": "0" }),
        json!({ "waitTime": "${1 - 1}" }),
        json!({ "waitTime": null, "skipWaitText": null }),
    ];
    let mut table: Vec<_> = of_fields.into_iter().map(|members| (with(members), "SUCCEEDED")).collect();
    table.extend(of_stages.into_iter().map(|members| (stage(members), "SUCCEEDED")));
    table.push((json!({ "stages": null }), "TERMINAL"));
    table.push((json!({}), "TERMINAL"));
    table.push((
        json!({ "stages": [{ "type": "wait", "waitTime": 0 }, { "type": "wait", "refId": null, "waitTime": 0 }] }),
        "SUCCEEDED",
    ));
    table.push((
        json!({ "stages": [{ "type": "wait", "refId": 2, "requisiteStageRefIds": [1, "1"], "waitTime": 0 },
            { "type": "wait", "refId": "1", "waitTime": 0 }] }),
        "SUCCEEDED",
    ));
    table.push((stage(json!({ "stageEnabled": { "type": "expression", "expression": "nonsense(" } })), "SUCCEEDED"));
    table
}

#[test]
fn odd_documents_come_back_and_run() {
    let terminal = shop();
    let mut begun = Vec::new();
    for (number, (mut document, status)) in table().into_iter().enumerate() {
        document["name"] = format!("odd {number}").into();
        let pipeline = save(&terminal, &document);
        let kept = get(&terminal, &format!("/api/v1/pipelines/{pipeline}"));
        assert_eq!(kept["document"], document);
        let started = post(&terminal, &format!("/api/v1/pipelines/{pipeline}/executions"), &json!({})).ok();
        begun.push((started["id"].as_str().unwrap().to_owned(), document, status));
    }
    assert!(begun.len() > 40, "only {} documents", begun.len());
    for (execution, document, expected) in begun {
        let ended = until("the end", || {
            let shown = get(&terminal, &format!("/api/v1/executions/{execution}"));
            (!matches!(shown["status"].as_str(), Some("RUNNING" | "NOT_STARTED"))).then_some(shown)
        });
        assert_eq!(ended["status"], expected, "{document}: {ended}");
    }
}
