//! Presets from their save to the stage that runs, and stage types that nobody offers.

use app::start::Target;
use app::{Caller, Via};
use domain::Params;
use domain::environment::Environment;
use domain::principal::{Principal, Standing};
use serde_json::{Value, json};
use tests::bed::{APPLICATION, Bed, stage};

fn pause() -> Value {
    json!({ "type": "coolDown", "target": "wait", "label": "Cool down", "config": { "waitTime": "${parameterValues['seconds']}" },
        "parameters": [{ "name": "seconds", "defaultValue": "20" }], "permissions": { "WRITE": ["ops"] } })
}

async fn bed() -> Bed {
    let bed = Bed::open(&["wait", "noop"]).await.unwrap();
    bed.app.save_preset(&Caller::system(), "coolDown", Params::new(pause())).await.unwrap();
    bed
}

fn pipeline(stage: Value) -> Value {
    json!({ "name": "cool", "spelEvaluator": "v4", "stages": [stage] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_is_a_stage_type_whose_fixed_fields_win() {
    let bed = bed().await;
    let document = pipeline(json!({ "type": "coolDown", "alias": "preconfiguredWebhook", "waitTime": 5 }));
    let execution = bed.start(document).await.unwrap();
    bed.quiet().await;
    assert_eq!(
        bed.view(&execution).await.unwrap().due,
        Some(bed.clock.now().plus(20_000)),
        "the default of its parameter"
    );
    // A preset that changes, or goes, does not concern what runs already.
    bed.app.delete_preset(&Caller::system(), "coolDown").await.unwrap();
    bed.clock.advance(20_000);
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").kind, "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_pipeline_gives_its_own_values_and_survives_a_restart_of_the_server() {
    let bed = bed().await;
    bed.save(pipeline(json!({ "type": "coolDown", "parameterValues": { "seconds": "3" } }))).await.unwrap();
    let bed = bed.crash().await.unwrap();
    let target = Target::Named { application: APPLICATION.into(), pipeline: "cool".into() };
    let execution = bed.app.start(&Caller::system(), target, &Params::object()).await.unwrap().execution.id;
    bed.quiet().await;
    assert_eq!(bed.view(&execution).await.unwrap().due, Some(bed.clock.now().plus(3_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_is_only_for_those_it_names() {
    let bed = bed().await;
    let of = |roles: &[&str]| Caller {
        principal: Principal {
            name: "ann".into(),
            standing: Standing::Member,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        },
        via: Via::Server,
    };
    let rights = json!({ "name": APPLICATION, "permissions": { "READ": ["dev", "ops"], "WRITE": ["dev", "ops"], "EXECUTE": ["dev", "ops"] } });
    bed.app.save_application(&Caller::system(), APPLICATION, Params::new(rights), None).await.unwrap();
    let start = async |caller: Caller| {
        let document = Params::new(pipeline(json!({ "type": "coolDown" })));
        let target = Target::Document { application: Some(APPLICATION.into()), document };
        bed.app.start(&caller, target, &Params::object()).await
    };
    let refused = start(of(&["dev"])).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.problems[0].pointer.as_str()), ("access.denied", "/stages/0/type"));
    assert!(start(of(&["ops"])).await.is_ok());
    let denied = bed.app.save_preset(&of(&["ops"]), "coolDown", Params::new(pause())).await.unwrap_err();
    assert_eq!(denied.code.as_str(), "access.denied", "presets are the operator's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_that_cannot_be_is_refused() {
    let bed = bed().await;
    for (kind, document, code) in [
        ("other", pause(), "preset.invalid"),
        ("wait", json!({ "type": "wait", "target": "noop" }), "preset.type-taken"),
        ("ticket", json!({ "type": "ticket", "target": "webhook" }), "pipeline.stage-type-unknown"),
    ] {
        let refused = bed.app.save_preset(&Caller::system(), kind, Params::new(document)).await.unwrap_err();
        assert_eq!(refused.code.as_str(), code);
    }
    assert_eq!(bed.app.delete_preset(&Caller::system(), "none").await.unwrap_err().code.as_str(), "preset.unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_nobody_offers_is_named_unless_its_stage_is_disabled() {
    let bed = bed().await;
    let refused = bed.start(pipeline(json!({ "type": "notThere" }))).await.unwrap_err().to_string();
    assert!(refused.contains("No plugin offers `notThere`; install one or disable the stage"), "{refused}");
    let hidden = pipeline(json!({ "type": "myHook", "alias": "preconfiguredWebhook" }));
    let refused = bed.start(hidden).await.unwrap_err().to_string();
    assert!(refused.contains("the alias of `myHook`"), "{refused}");
    // Types of the reference that no plugin here has: nothing else is offered in their place.
    for kind in ["bake", "deploy", "rollbackCluster", "travis", "kayentaCanary", "deployManifest", "gremlin"] {
        for document in [pipeline(json!({ "type": kind })), pipeline(json!({ "type": "mine", "alias": kind }))] {
            let wanted = format!("No plugin offers `{kind}`");
            let saved = bed.save(document.clone()).await.unwrap_err().to_string();
            let started = bed.start(document).await.unwrap_err().to_string();
            assert!(saved.contains(&wanted) && started.contains(&wanted), "{saved}\n{started}");
        }
    }
    let off = json!({ "type": "notThere", "stageEnabled": { "type": "expression", "expression": "false" } });
    let execution = bed.start(pipeline(off)).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").status.as_str(), "SKIPPED");
}

#[tokio::test(flavor = "multi_thread")]
async fn noop_is_a_component_of_its_own() {
    let bed = bed().await;
    let execution = bed.start(pipeline(json!({ "type": "waitForRequisiteCompletion" }))).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
}
