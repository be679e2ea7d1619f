//! How executions are started: what is refused, and what is recorded as a failed start.

use domain::Params;
use domain::execution::ExecutionStatus;
use serde_json::{Value, json};
use store::StoredExecution;

use super::{bed, save};
use crate::bed::{Bed, document};
use crate::start::{Started, Target};
use crate::{AppError, PageRequest};

async fn start(bed: &Bed, pipeline: &str, trigger: Value) -> Result<Started, AppError> {
    let target = Target::Named { application: "shop".into(), pipeline: pipeline.into() };
    bed.app.start(&bed.caller().await, target, &Params::new(trigger)).await
}

async fn started(bed: &Bed, pipeline: &str, trigger: Value) -> Value {
    start(bed, pipeline, trigger).await.expect("a start").execution.trigger.value().clone()
}

async fn stored(bed: &Bed, id: &str) -> StoredExecution {
    bed.app.store().executions().get(&id.into()).await.expect("a read").expect("the execution")
}

async fn count(bed: &Bed) -> usize {
    let page = PageRequest { limit: 100, after: None };
    bed.app
        .executions(&bed.caller().await, &store::ExecutionFilter::default(), &page)
        .await
        .expect("a list")
        .items
        .len()
}

#[tokio::test]
async fn parameters_are_given_kept_and_defaulted() {
    let bed = bed().await;
    let parameters = json!([
        { "name": "given", "default": "d" }, { "name": "empty", "default": "d" }, { "name": "nothing", "default": "d" },
        { "name": "defaulted", "default": "d", "hasOptions": true, "options": [{ "value": "x" }] }, { "name": "bare" },
    ]);
    save(&bed, "shop", json!({ "name": "p", "parameterConfig": parameters, "stages": [{ "type": "sleep" }] })).await;
    let given = json!({ "given": 1, "empty": "", "nothing": null, "undeclared": [2] });
    let trigger = started(&bed, "p", json!({ "parameters": given, "tag": "v1", "user": "somebody" })).await;
    let expected =
        json!({ "given": 1, "empty": "", "nothing": null, "undeclared": [2], "defaulted": "d", "bare": null });
    assert_eq!(trigger["parameters"], expected);
    assert_eq!(
        (&trigger["type"], &trigger["user"], &trigger["tag"]),
        (&json!("manual"), &json!("admin"), &json!("v1"))
    );
}

#[tokio::test]
async fn a_required_parameter_is_asked_for_by_name_and_leaves_nothing_behind() {
    let bed = bed().await;
    let parameters = json!([{ "name": "a/b", "required": true }, { "name": "c", "required": "true", "default": "d" }]);
    save(&bed, "shop", json!({ "name": "p", "parameterConfig": parameters, "stages": [{ "type": "sleep" }] })).await;
    for trigger in [json!({}), json!({ "parameters": { "a/b": null } })] {
        let error = start(&bed, "p", trigger).await.expect_err("refused");
        assert_eq!(error.code.as_str(), "execution.parameter-missing");
        assert_eq!(error.problems[0].pointer, "/parameters/a~1b");
        assert!(error.message.contains("`a/b`") && error.execution.is_none(), "{error:?}");
    }
    assert_eq!(count(&bed).await, 0);
    start(&bed, "p", json!({ "parameters": { "a/b": "" } })).await.expect("an empty text is given");
}

#[tokio::test]
async fn a_start_of_what_is_disabled_is_answered_and_recorded() {
    let bed = bed().await;
    save(&bed, "shop", json!({ "name": "off", "disabled": "true", "stages": [{ "type": "sleep" }] })).await;
    let error = start(&bed, "off", json!({ "parameters": { "a": 1 } })).await.expect_err("refused");
    assert_eq!(error.code.as_str(), "pipeline.disabled");
    let failed = stored(&bed, error.execution.expect("it is recorded").as_str()).await;
    assert_eq!(failed.execution.status(), ExecutionStatus::Terminal);
    let reason = "Failed on startup: Pipeline is disabled and cannot be started.";
    assert_eq!(failed.refused.as_deref(), Some(reason));
    assert_eq!(failed.execution.started(), None);
    assert_eq!(failed.execution.trigger.value()["parameters"], json!({ "a": 1 }));
}

#[tokio::test]
async fn an_id_may_be_chosen_once() {
    let bed = bed().await;
    let id = "01HF7YAT00000000000000000Z";
    let made = start(&bed, "run", json!({ "executionId": id })).await.expect("a start");
    assert_eq!(made.execution.id.as_str(), id);
    let again = start(&bed, "run", json!({ "executionId": id })).await.expect_err("taken");
    assert_eq!(again.code.as_str(), "execution.exists");
    for wrong in [json!("x"), json!(7), json!("01hf7yat00000000000000000z"), json!("81HF7YAT00000000000000000Z")] {
        let error = start(&bed, "run", json!({ "executionId": wrong })).await.expect_err("refused");
        assert_eq!((error.code.as_str(), error.problems[0].pointer.as_str()), ("execution.id-invalid", "/executionId"));
    }
    let mut own = document("shop", "once").value().clone();
    own["executionId"] = json!("01HF7YAT00000000000000001Z");
    let target = Target::Document { application: None, document: Params::new(own) };
    let made = bed.app.start(&bed.caller().await, target, &Params::object()).await.expect("a start");
    assert_eq!(made.execution.id.as_str(), "01HF7YAT00000000000000001Z");
}

#[tokio::test]
async fn a_named_parent_is_shown_in_the_trigger() {
    let bed = bed().await;
    let artifacts = json!([{ "type": "docker/image", "name": "web" }]);
    let above = start(&bed, "run", json!({ "artifacts": artifacts })).await.expect("a start").execution;
    let trigger = started(&bed, "run", json!({ "parentPipelineId": above.id.as_str() })).await;
    assert_eq!((&trigger["isPipeline"], &trigger["parentStatus"]), (&json!(true), &json!("NOT_STARTED")));
    assert_eq!((&trigger["parentPipelineName"], &trigger["receivedArtifacts"]), (&json!("run"), &artifacts));
    assert_eq!(trigger["parentExecution"]["id"], above.id.as_str());
    let error = start(&bed, "run", json!({ "parentPipelineId": "none" })).await.expect_err("unknown");
    assert_eq!((error.code.as_str(), error.problems[0].pointer.as_str()), ("execution.unknown", "/parentPipelineId"));
    assert!(error.execution.is_some(), "it is recorded");
}

#[tokio::test]
async fn a_correlation_id_is_free_again_when_its_execution_is_over() {
    let bed = bed().await;
    let first = start(&bed, "run", json!({ "correlationId": "c" })).await.expect("a start");
    let same = start(&bed, "run", json!({ "correlationId": "c", "parameters": { "x": 1 } })).await.expect("the same");
    assert!(!first.existed && same.existed);
    assert_eq!(same.execution.id, first.execution.id);
    let other = start(&bed, "run", json!({ "correlationId": "d" })).await.expect("another");
    assert_ne!(other.execution.id, first.execution.id);
    bed.end(first.execution.id.as_str()).await;
    let next = start(&bed, "run", json!({ "correlationId": "c" })).await.expect("a start");
    assert!(!next.existed && next.execution.id != first.execution.id);
}

#[tokio::test]
async fn what_cannot_be_read_as_a_start_says_where() {
    let bed = bed().await;
    for (trigger, pointer) in [
        (json!({ "parameters": "a=b" }), "/parameters"),
        (json!({ "artifacts": {} }), "/artifacts"),
        (json!({ "type": 5 }), "/type"),
        (json!([]), ""),
    ] {
        let error = start(&bed, "run", trigger).await.expect_err("refused");
        assert_eq!((error.code.as_str(), error.problems[0].pointer.as_str()), ("execution.trigger-invalid", pointer));
    }
    let trigger = started(&bed, "run", json!({ "parameters": null, "artifacts": null, "type": null })).await;
    assert_eq!((&trigger["type"], &trigger["parameters"]), (&json!("manual"), &json!({})));
    assert_eq!(count(&bed).await, 1);
}
