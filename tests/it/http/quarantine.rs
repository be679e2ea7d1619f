//! A quarantined plugin as people see it: in the API, the command line, the metrics and the audit log.

use serde_json::{Value, json};
use tests::bed::component;

use super::{call, get, post, shop, until};

#[test]
fn a_quarantine_is_seen_everywhere_and_ended_by_a_command() {
    let terminal = shop();
    post(&terminal, "/api/v1/applications", &json!({ "name": "other" })).ok();
    let broken = component("panics").unwrap();
    call(&terminal, "POST", "/api/v1/plugins", "application/wasm", &broken).ok();
    let mut executions = Vec::new();
    for application in ["shop", "shop", "other"] {
        let path = format!("/api/v1/applications/{application}/pipelines");
        let name = format!("bad{}", executions.len());
        let stages = json!([{ "refId": "1", "type": "panics", "name": "Bad", "message": "ouch" }]);
        let saved = post(&terminal, &path, &json!({ "name": name, "stages": stages })).ok();
        let start = format!("/api/v1/pipelines/{}/executions", saved["id"].as_str().unwrap());
        executions.push(post(&terminal, &start, &json!({})).ok()["id"].as_str().unwrap().to_owned());
    }
    let plugin = until("the quarantine", || {
        let plugin = get(&terminal, "/api/v1/plugins/panics");
        (plugin["state"] == "quarantined").then_some(plugin)
    });
    assert_eq!(plugin["quarantine"][0]["applications"], json!(["other", "shop"]));
    assert_eq!(plugin["quarantine"][0]["executions"].as_array().map(Vec::len), Some(3));
    for execution in &executions {
        let stage = until("the hold", || {
            let stage = get(&terminal, &format!("/api/v1/executions/{execution}"))["stages"][0].clone();
            (stage["status"] == "PAUSED").then_some(stage)
        });
        assert_eq!(stage["held"]["code"], "plugin.quarantined", "{stage}");
    }
    let said = terminal.run(&["get", "executions", &executions[0]]).expect_code(0).out;
    assert!(said.contains("‖ Bad") && said.contains("[plugin.quarantined]"), "{said}");
    let said = terminal.run(&["plugin", "list"]).expect_code(0).out;
    assert!(said.lines().any(|line| line.starts_with("panics") && line.contains("quarantined")), "{said}");
    let said = terminal.run(&["plugin", "show", "panics"]).expect_code(0).out;
    assert!(said.contains("state       quarantined") && said.contains("ouch"), "{said}");
    let metrics = call(&terminal, "GET", "/metrics", "", b"");
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(metrics.contains("plugins_in_quarantine 1"), "{metrics}");

    let mut fixed = broken.clone();
    let at = fixed.windows(13).position(|window| window == b"panics:broken").unwrap();
    fixed[at + 7..at + 13].copy_from_slice(b"mended");
    call(&terminal, "POST", "/api/v1/plugins", "application/wasm", &fixed).ok();
    let _ = terminal.run(&["plugin", "release", "panics"]).expect_code(0);
    let again = terminal.run(&["plugin", "release", "panics"]).expect_code(5);
    assert!(again.err.starts_with("error[plugin.not-quarantined]"), "{}", again.err);
    for execution in &executions {
        let whole = until("the end", || {
            let whole = get(&terminal, &format!("/api/v1/executions/{execution}"));
            (whole["status"] != "RUNNING").then_some(whole)
        });
        assert_eq!(whole["status"], "SUCCEEDED", "{whole}");
        let events = get(&terminal, &format!("/api/v1/executions/{execution}/events?limit=100"));
        let kinds: Vec<&str> =
            events["items"].as_array().unwrap().iter().filter_map(|event| event["type"].as_str()).collect();
        assert!(kinds.contains(&"stage.held") && kinds.contains(&"stage.released"), "{kinds:?}");
    }
    let audit: Value = get(&terminal, "/api/v1/audit?target=plugin/panics&limit=50");
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().filter_map(|row| row["action"].as_str()).collect();
    assert!(actions.contains(&"plugin.quarantine") && actions.contains(&"plugin.release"), "{actions:?}");
}
