//! What a preset reads, refuses and fixes.

use super::*;

fn preset(document: Value) -> Preset {
    Preset::read(&Params::new(document)).expect("a preset")
}

fn expanded(preset: Preset, stage: Value) -> Value {
    let document = Params::new(json!({ "name": "p", "stages": [{ "type": "wait" }, stage] }));
    let presets = Presets::new(1, [preset]);
    let once = presets.expand(&document).expect("something to expand");
    assert_eq!(presets.expand(&once).expect("again"), once, "expanding twice changes nothing more");
    assert_eq!(once.value()["stages"][0], json!({ "type": "wait" }));
    once.value()["stages"][1].clone()
}

#[test]
fn what_a_preset_fixes_comes_before_what_the_stage_says() {
    let preset = preset(json!({
        "type": "ticket", "target": "webhook", "method": "PUT", "payload": null,
        "config": { "url": "https://t.example.com/${parameterValues['key']}" },
        "parameters": [{ "name": "key", "defaultValue": "OPS" }, { "name": "text" }],
    }));
    let stage = json!({ "type": "ticket", "alias": "preconfiguredWebhook", "method": "GET", "payload": { "a": 1 },
        "parameterValues": { "text": "hi", "more": 1 } });
    let stage = expanded(preset, stage);
    assert_eq!((&stage["type"], &stage["alias"]), (&json!("ticket"), &json!("webhook")));
    assert_eq!((&stage["method"], &stage["payload"]), (&json!("PUT"), &json!({ "a": 1 })));
    assert_eq!(stage["parameterValues"], json!({ "text": "hi", "more": 1, "key": "OPS" }));
    assert_eq!(stage["parameterData"][1]["name"], "text");
}

#[test]
fn mapped_parameters_are_written_into_the_configuration() {
    let preset = preset(json!({
        "type": "migrate", "target": "runJob", "config": { "manifest": { "spec": { "containers": [{ "name": "main" }] } } },
        "parameters": [
            { "name": "image", "mapping": "manifest.spec.containers[0].image", "defaultValue": "app:1" },
            { "name": "debug", "mapping": "manifest.spec.containers[0].env[1].value" },
        ],
    }));
    let stage = expanded(preset, json!({ "type": "migrate", "parameters": { "debug": "yes" } }));
    let container = &stage["manifest"]["spec"]["containers"][0];
    assert_eq!(container, &json!({ "name": "main", "image": "app:1", "env": [null, { "value": "yes" }] }));
}

#[test]
fn a_preset_that_is_switched_off_is_none() {
    let off = preset(json!({ "type": "ticket", "target": "webhook", "enabled": false }));
    let document = Params::new(json!({ "stages": [{ "type": "ticket" }] }));
    assert_eq!(Presets::new(1, [off]).expand(&document), None);
    assert_eq!(Presets::default().expand(&document), None);
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let document =
        json!({ "type": " ", "target": 7, "config": [], "parameters": [{}, { "name": "a", "mapping": "x[y]" }] });
    let problems = Preset::read(&Params::new(document)).expect_err("problems");
    let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/type", "/target", "/config", "/parameters/0/name", "/parameters/1/mapping"]);
    assert!(Preset::read(&Params::new(json!([]))).is_err());
    assert!(Preset::read(&Params::new(json!({ "type": "a", "target": "a" }))).is_err());
}

#[test]
fn whoever_starts_it_needs_one_of_its_roles() {
    let preset = preset(json!({ "type": "ticket", "target": "webhook", "permissions": { "WRITE": ["ops"] } }));
    let of = |roles: &[&str], standing| Principal {
        name: "x".to_owned(),
        standing,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    assert!(preset.allows(&of(&["OPS"], Standing::Member)));
    assert!(!preset.allows(&of(&["dev"], Standing::Member)));
    assert!(preset.allows(&of(&[], Standing::Admin)));
}
