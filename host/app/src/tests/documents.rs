//! Odd documents of every kind (reference pipelines-and-stages.md §1): they come back as they went in and run, or are refused with a
//! place.

use domain::Params;
use serde_json::{Value, json};

use super::bed;
use crate::bed::Bed;
use crate::pipelines::SavePipeline;
use crate::start::Target;

/// A document with these members over a plain one.
fn with(members: Value) -> Value {
    let mut document = json!({ "name": "odd", "id": "odd", "stages": [{ "type": "sleep", "refId": "1" }] });
    document.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    document
}

fn stages(stages: Value) -> Value {
    with(json!({ "stages": stages }))
}

/// Documents that are taken.
fn taken() -> Vec<(&'static str, Value)> {
    vec![
        ("unknown keys", with(json!({ "zebra": [1, { "b": null, "a": "${x" }], "ümlaut": "中文", "": 0 }))),
        (
            "flags that are null",
            with(json!({ "disabled": null, "limitConcurrent": null, "keepWaitingPipelines": null,
            "maxConcurrentExecutions": null, "respectQuietPeriod": null })),
        ),
        (
            "lists that are null",
            with(json!({ "triggers": null, "parameterConfig": null, "notifications": null,
            "expectedArtifacts": null, "roles": null, "tags": null })),
        ),
        ("stages that are null", with(json!({ "stages": null }))),
        ("no stages at all", json!({ "name": "odd", "id": "odd" })),
        (
            "flags as texts",
            with(json!({ "disabled": "false", "limitConcurrent": "TRUE", "keepWaitingPipelines": "False",
            "maxConcurrentExecutions": "3" })),
        ),
        ("flags that are empty", with(json!({ "disabled": "", "limitConcurrent": "" }))),
        (
            "legacy fields",
            with(json!({ "parallel": true, "executionEngine": "v2", "stageCounter": 3, "appConfig": {},
            "lastModified": 1, "lastModifiedBy": "ann", "updateTs": "1", "createTs": "1", "isNew": true,
            "entityTags": null, "payloadConstraints": {}, "constraints": {}, "email": "a@b.c", "strategy": false })),
        ),
        ("an unknown evaluator", with(json!({ "spelEvaluator": "v9" }))),
        (
            "ui fields",
            with(json!({ "locked": { "ui": true }, "manualStartAlert": { "type": "danger", "message": "x" },
            "tags": [{ "name": "a", "value": "b" }], "description": "d", "index": 4 })),
        ),
        (
            "numbers as references",
            stages(json!([{ "type": "sleep", "refId": 1 },
            { "type": "sleep", "refId": 2, "requisiteStageRefIds": [1] },
            { "type": "sleep", "refId": "3", "requisiteStageRefIds": [2, "1", 1] }])),
        ),
        (
            "references twice",
            stages(json!([{ "type": "sleep", "refId": "1" },
            { "type": "sleep", "refId": "2", "requisiteStageRefIds": ["1", "1"] }])),
        ),
        ("no references", stages(json!([{ "type": "sleep" }, { "type": "sleep", "refId": null }]))),
        ("requisites that are null", stages(json!([{ "type": "sleep", "refId": "1", "requisiteStageRefIds": null }]))),
        (
            "stage flags as texts",
            stages(json!([{ "type": "sleep", "refId": "1", "failPipeline": "false",
            "continuePipeline": "true", "completeOtherBranchesThenFail": null }])),
        ),
        (
            "a timeout as a text",
            stages(json!([{ "type": "sleep", "refId": "1", "stageTimeoutMs": "5", "overrideTimeout": true }])),
        ),
        (
            "stage leftovers",
            stages(json!([{ "type": "sleep", "refId": "1", "isNew": true, "inject": {}, "dependsOn": [],
            "stageNameTemplate": "x", "group": "g", "comments": "c", "name": null, "stageEnabled": null }])),
        ),
        ("an alias", stages(json!([{ "type": "custom", "alias": "sleep", "refId": "1" }]))),
        (
            "odd parameters",
            with(json!({ "parameterConfig": [{ "name": "a", "default": { "b": [1] }, "required": "false",
            "options": null, "hasOptions": "true", "constraint": null, "conditional": {} }, { "name": "b", "label": 5 }] })),
        ),
        (
            "odd triggers",
            with(json!({ "triggers": [{ "type": "webhook", "enabled": "true", "source": "x", "zebra": 1 },
            { "type": "none of ours", "enabled": false }, { "type": "webhook" }] })),
        ),
    ]
}

/// Documents that are refused, with the places that are wrong.
fn refused() -> Vec<(Value, Vec<&'static str>)> {
    vec![
        (json!([]), vec!["", "/name"]),
        (json!({ "stages": [] }), vec!["/name"]),
        (with(json!({ "name": "  " })), vec!["/name"]),
        (with(json!({ "name": 5 })), vec!["/name"]),
        (with(json!({ "disabled": "perhaps" })), vec!["/disabled"]),
        (
            with(json!({ "limitConcurrent": 1, "maxConcurrentExecutions": -1 })),
            vec!["/limitConcurrent", "/maxConcurrentExecutions"],
        ),
        (with(json!({ "maxConcurrentExecutions": 1.5 })), vec!["/maxConcurrentExecutions"]),
        (with(json!({ "keepWaitingPipelines": [] })), vec!["/keepWaitingPipelines"]),
        (with(json!({ "stages": {} })), vec!["/stages"]),
        (with(json!({ "triggers": "cron" })), vec!["/triggers"]),
        (
            with(json!({ "parameterConfig": [7, { "label": "x" }, { "name": null }] })),
            vec!["/parameterConfig/0", "/parameterConfig/1/name", "/parameterConfig/2/name"],
        ),
        (stages(json!([null, "x", { "refId": "1" }])), vec!["/stages/0", "/stages/1", "/stages/2/type"]),
        (stages(json!([{ "type": "sleep", "refId": [] }])), vec!["/stages/0/refId"]),
        (stages(json!([{ "type": "sleep", "refId": "1" }, { "type": "sleep" }])), vec!["/stages/1/refId"]),
        (stages(json!([{ "type": "sleep", "refId": 1 }, { "type": "sleep", "refId": "1" }])), vec!["/stages/1/refId"]),
        (
            stages(json!([{ "type": "sleep", "refId": "1", "requisiteStageRefIds": "1" }])),
            vec!["/stages/0/requisiteStageRefIds"],
        ),
        (
            stages(json!([{ "type": "sleep", "refId": "1", "requisiteStageRefIds": [{}] }])),
            vec!["/stages/0/requisiteStageRefIds/0"],
        ),
        (
            stages(json!([{ "type": "sleep", "refId": "1", "requisiteStageRefIds": ["9"] }])),
            vec!["/stages/0/requisiteStageRefIds/0"],
        ),
        (
            stages(json!([{ "type": "sleep", "refId": "1", "requisiteStageRefIds": ["1"] }])),
            vec!["/stages/0/requisiteStageRefIds"],
        ),
        (stages(json!([{ "type": "slep", "refId": "1" }])), vec!["/stages/0/type"]),
        (stages(json!([{ "type": "sleep", "refId": "1", "continuePipeline": 1 }])), vec!["/stages/0/continuePipeline"]),
        (stages(json!([{ "type": "sleep", "refId": "1", "name": {} }])), vec!["/stages/0/name"]),
    ]
}

async fn save(bed: &Bed, document: &Value) -> Result<(), Vec<String>> {
    let document = Params::new(document.clone());
    let save = SavePipeline { application: Some("shop".into()), id: None, document, expect: None };
    let saved = bed.app.save_pipeline(&bed.caller().await, save).await;
    saved.map(drop).map_err(|error| error.problems.into_iter().map(|problem| problem.pointer).collect())
}

#[tokio::test]
async fn odd_documents_come_back_as_they_went_in_and_start() {
    let bed = bed().await;
    let caller = bed.caller().await;
    for (what, document) in taken() {
        save(&bed, &document).await.unwrap_or_else(|pointers| panic!("{what}: {pointers:?}"));
        let kept = bed.app.pipeline(&caller, "odd").await.expect("it is there").document;
        assert_eq!(kept.text(), document.to_string(), "{what}");
        let started = bed.app.start(&caller, Target::Pipeline("odd".into()), &Params::object()).await;
        let id = started.unwrap_or_else(|error| panic!("{what}: {error}")).execution.id;
        let shown = bed.app.execution(&caller, id.as_str()).await.expect("it is shown").document;
        assert_eq!(shown.text(), document.to_string(), "{what}: in its execution");
        let own = Target::Document { application: Some("shop".into()), document: Params::new(document) };
        bed.app.start(&caller, own, &Params::object()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_its_places() {
    let bed = bed().await;
    for (document, expected) in refused() {
        let pointers = save(&bed, &document).await.expect_err(&document.to_string());
        assert_eq!(pointers, expected, "{document}");
        let own = Target::Document { application: Some("shop".into()), document: Params::new(document.clone()) };
        let error = bed.app.start(&bed.caller().await, own, &Params::object()).await.expect_err("refused");
        assert!(error.execution.is_none() && !error.problems.is_empty(), "{document}: {error:?}");
    }
}
