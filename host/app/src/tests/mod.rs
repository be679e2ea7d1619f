//! Use cases that HTTP does not reach: what the engine and the triggers ask for.

mod documents;
mod saves;
mod starts;

use domain::execution::{Execution, Parent};
use domain::id::StageId;
use domain::plugin::call::Heard;
use domain::stage::request::ChildExecution;
use domain::{Failure, Params};
use serde_json::json;

use crate::bed::{Bed, document};
use crate::pipelines::SavePipeline;
use crate::start::Target;

/// A bed with the applications `shop` (anybody with the role `dev`) and `bank` (nobody), each with the pipeline `run`.
async fn bed() -> Bed {
    let bed = Bed::open().await;
    let admin = bed.caller().await;
    for (application, permissions) in [("shop", json!({ "READ": ["dev"], "EXECUTE": ["dev"] })), ("bank", json!({}))] {
        let document_of = Params::new(json!({ "name": application, "permissions": permissions }));
        bed.app.save_application(&admin, application, document_of, None).await.expect("an application");
        save(&bed, application, document(application, "run").value().clone()).await;
    }
    bed
}

async fn save(bed: &Bed, application: &str, document: serde_json::Value) {
    let save =
        SavePipeline { application: Some(application.into()), id: None, document: document.into(), expect: None };
    bed.app.save_pipeline(&bed.caller().await, save).await.expect("a pipeline");
}

async fn start(bed: &Bed, token: &str, pipeline: &str) -> Execution {
    let caller = bed.app.authenticate(token).await.expect("a caller");
    let target = Target::Named { application: "shop".into(), pipeline: pipeline.into() };
    bed.app.start(&caller, target, &Params::object()).await.expect("a start").execution
}

fn parent(execution: &Execution, depth: u32) -> Parent {
    let stage = StageId::derive(&execution.id, &"1".into());
    Parent { execution: execution.id.clone(), stage, run: 1, label: "child".into(), depth }
}

fn child(application: &str, pipeline: &str) -> ChildExecution {
    let parameters = Params::new(json!({ "a": 1 }));
    ChildExecution {
        application: application.into(),
        pipeline: pipeline.into(),
        parameters,
        artifacts: None,
        trigger: Params::null(),
    }
}

fn code(failure: &Failure) -> &str {
    failure.code.as_str()
}

#[tokio::test]
async fn a_child_is_made_once_and_knows_where_it_comes_from() {
    let bed = bed().await;
    let above = start(&bed, &bed.admin, "run").await;
    let made = bed.app.admit_child(&above, parent(&above, 1), &child("bank", "run"), &above.principal).await;
    let made = made.expect("an administrator may start anything, and so may what acts as one");
    let again = bed.app.admit_child(&above, parent(&above, 1), &child("", "run"), &above.principal).await;
    let again = again.expect("its own application, where none is named");
    assert_eq!(made.execution.id, again.execution.id, "the key makes the id");
    assert_eq!(made.execution.application.as_str(), "bank");
    assert_eq!(again.execution.application.as_str(), "shop");
    let trigger = made.execution.trigger.value();
    assert_eq!(trigger["type"], "pipeline");
    assert_eq!(trigger["parameters"], json!({ "a": 1 }));
    assert_eq!(trigger["parentExecution"]["id"], above.id.as_str());
}

#[tokio::test]
async fn a_child_is_judged_by_who_the_run_acts_as() {
    let bed = bed().await;
    let dev = bed.member("ann", &["dev"]).await;
    let above = start(&bed, &dev, "run").await;
    let own = bed.app.admit_child(&above, parent(&above, 1), &child("shop", "run"), "ann").await;
    assert!(own.is_ok(), "{own:?}");
    let foreign = bed.app.admit_child(&above, parent(&above, 1), &child("bank", "run"), "ann").await;
    assert_eq!(code(&foreign.expect_err("refused")), "access.denied");
    let judge = bed.app.admit_child(&above, parent(&above, 1), &child("bank", "run"), "admin").await;
    assert!(judge.is_ok(), "a judge's rights are the judge's: {judge:?}");
    let nobody = bed.app.admit_child(&above, parent(&above, 1), &child("shop", "run"), "nobody").await;
    assert_eq!(code(&nobody.expect_err("refused")), "access.denied");
}

#[tokio::test]
async fn a_child_that_cannot_be_is_answered_and_not_made() {
    let bed = bed().await;
    save(&bed, "shop", json!({ "name": "one at a time", "limitConcurrent": true, "stages": [{ "type": "sleep" }] }))
        .await;
    save(&bed, "shop", json!({ "name": "off", "disabled": true, "stages": [] })).await;
    let above = start(&bed, &bed.admin, "one at a time").await;
    for (pipeline, depth, expected) in [
        ("one at a time", 1, "execution.child-would-wait"),
        ("off", 1, "pipeline.disabled"),
        ("none", 1, "pipeline.unknown"),
        ("run", 17, "execution.too-deep"),
    ] {
        let made = bed.app.admit_child(&above, parent(&above, depth), &child("shop", pipeline), "admin").await;
        assert_eq!(code(&made.expect_err("refused")), expected);
    }
}

#[tokio::test]
async fn an_event_is_recorded_once_whoever_delivers_it() {
    let bed = bed().await;
    let heard = |key: &str| Heard {
        key: key.into(),
        source: Params::new(json!({ "source": "git" })),
        verified: Vec::new(),
        payload: Params::object(),
        occurred: None,
    };
    let twice =
        bed.app.record("push", &[], vec![heard("1"), heard("1"), heard("2")], Vec::new()).await.expect("recorded");
    assert_eq!(twice.len(), 3, "each delivery is answered");
    let again = bed.app.record("push", &[], vec![heard("1")], Vec::new()).await.expect("recorded");
    assert_eq!(again[0].event, twice[0].event);
    let without = bed.app.record("push", &[], vec![heard(""), heard("")], Vec::new()).await.expect("recorded");
    assert_ne!(without[0].event.key, without[1].event.key, "what has no key gets one");
    assert_eq!((bed.app.stats().events.get(), bed.app.stats().duplicates.get()), (4, 2));
}

#[tokio::test]
async fn stages_ask_the_host_with_the_rights_of_their_run() {
    let bed = bed().await;
    let dev = bed.member("ann", &["dev"]).await;
    let run = start(&bed, &dev, "run").await;
    let listed = bed.app.host_query(&run, "executions", &Params::object()).await.expect("a list");
    assert_eq!(listed.value()[0]["id"], run.id.as_str());
    let own = bed.app.host_query(&run, "execution", &Params::object()).await.expect("its own");
    assert_eq!(own.value()["stages"][0]["type"], "sleep");
    let input = Params::new(json!({ "pipeline": document("shop", "new").value() }));
    let refused = bed.app.host_operation(&run, "save-pipeline", &input).await;
    assert_eq!(code(&refused.expect_err("dev may not write")), "access.denied");
    let run = start(&bed, &bed.admin, "run").await;
    let saved = bed.app.host_operation(&run, "save-pipeline", &input).await.expect("saved");
    assert_eq!(saved.value()["revision"], 1);
    let mut renewed = document("shop", "NEW").value().clone();
    renewed["id"] = json!("of another server");
    let by_name = Params::new(json!({ "pipeline": renewed, "byName": true }));
    let renewed = bed.app.host_operation(&run, "save-pipeline", &by_name).await.expect("saved");
    assert_eq!((&renewed.value()["id"], &renewed.value()["revision"]), (&saved.value()["id"], &json!(2)));
    let unknown = bed.app.host_operation(&run, "reboot", &input).await.expect_err("refused");
    assert_eq!(code(&unknown), "operation.kind-unknown");
}
