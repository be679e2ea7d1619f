//! Plugins over the API, with real components: refusals in words, and swaps under running executions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::bed::component;
use tests::terminal::Terminal;

use super::{Answer, call, get, post, save, shop, until};

fn install(terminal: &Terminal, bytes: &[u8], query: &str) -> Answer {
    call(terminal, "POST", &format!("/api/v1/plugins{query}"), "application/wasm", bytes)
}

/// The same component under another digest: a custom section more, which changes nothing that runs.
fn variant(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0, 6, 4], b"swap", &[1]].concat()
}

#[test]
fn components_are_refused_in_words_and_the_catalogue_stays() {
    let terminal = shop();
    let before = get(&terminal, "/api/v1/catalog")["revision"].clone();
    for (what, bytes, code, words) in [
        (
            "another contract",
            component("outdated").unwrap(),
            "plugin.wrong-contract",
            &["stage@0.9.0", "stage@1", "rebuild"][..],
        ),
        ("a stage that acts", component("greedy").unwrap(), "plugin.forbidden-import", &["mainsheet:host/http@1.0.0"]),
        ("no schema", component("schemaless").unwrap(), "plugin.missing-schema", &["/stages/0/schema"]),
        ("unknown wants", component("meddler").unwrap(), "plugin.grants-missing", &["http to *", "meddler"]),
        ("a text", b"#!/bin/sh\necho".to_vec(), "plugin.not-a-component", &[]),
        ("a module", b"\0asm\x01\0\0\0".to_vec(), "plugin.not-a-component", &[]),
        ("nothing", Vec::new(), "plugin.not-a-component", &[]),
        ("half a component", component("stage-wait").unwrap()[..20_000].to_vec(), "plugin.not-a-component", &[]),
    ] {
        let answer = install(&terminal, &bytes, "");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, code),
            "{what}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(words.iter().all(|word| detail.contains(word)), "{what}: {detail}");
    }
    let some = install(
        &terminal,
        &component("meddler").unwrap(),
        "?grants=%7B%22http%22%3A%7B%22hosts%22%3A%5B%22a.example%22%5D%7D%7D",
    );
    assert_eq!(some.code(), "plugin.grants-missing", "less than it wants is not enough");
    assert_eq!(get(&terminal, "/api/v1/catalog")["revision"], before, "nothing half installed");
    let wanted = install(&terminal, &component("meddler").unwrap(), "?grants=wanted");
    assert_eq!(
        (wanted.status, &wanted.json()["name"], &wanted.json()["state"]),
        (201, &json!("meddler"), &json!("enabled"))
    );
    let again = install(&terminal, &component("meddler").unwrap(), "");
    assert_eq!(again.ok()["installed"], wanted.json()["installed"], "it keeps what it was granted, and stays as it is");
    let idle = post(&terminal, "/api/v1/plugins/meddler/release", &json!({}));
    assert_eq!((idle.status, idle.code().as_str()), (409, "plugin.not-quarantined"));
}

/// One page of operations of an execution: which component did each.
fn digests(terminal: &Terminal, execution: &str) -> BTreeSet<String> {
    let page = get(terminal, &format!("/api/v1/operations?limit=100&execution={execution}"));
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{page}");
    items.iter().map(|one| one["digest"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn twenty_swaps_under_fifty_running_executions_over_http() {
    let terminal = shop();
    let hook = |number: u32, after: &str| {
        json!({ "refId": number.to_string(), "requisiteStageRefIds": [after], "type": "webhook", "name": format!("Call {number}"),
            "url": format!("{}/api/v1/health/live", terminal.address), "method": "GET" })
    };
    let nap = |number: u32, after: &[&str]| json!({ "refId": number.to_string(), "requisiteStageRefIds": after, "type": "wait", "name": "Nap", "waitTime": 1 });
    let pipeline = save(
        &terminal,
        &json!({ "name": "swapped", "limitConcurrent": false, "stages": [nap(1, &[]), hook(2, "1"), nap(3, &["2"]), hook(4, "3")] }),
    );
    let starts = json!({ "starts": vec![json!({ "pipeline": pipeline }); 5] });
    let mut executions: Vec<String> = Vec::new();
    for swap in 0..20 {
        if swap % 4 < 2 {
            let started = post(&terminal, "/api/v1/executions/batch", &starts).ok();
            let ids = started["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["execution"]["id"].as_str().unwrap().to_owned());
            executions.extend(ids);
        }
        if swap == 0 {
            install(&terminal, &variant(&component("provider-http").unwrap()), "").ok();
        } else {
            post(&terminal, "/api/v1/plugins/provider-http/rollback", &json!({})).ok();
        }
    }
    assert_eq!(executions.len(), 50);
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for execution in &executions {
        let whole = until("the end of every execution", || {
            let whole = get(&terminal, &format!("/api/v1/executions/{execution}"));
            (!matches!(whole["status"].as_str(), Some("RUNNING" | "NOT_STARTED"))).then_some(whole)
        });
        assert_eq!(whole["status"], "SUCCEEDED", "{whole}");
        let digests = digests(&terminal, execution);
        assert_eq!(digests.len(), 1, "execution {execution} ran on several digests");
        *used.entry(digests.into_iter().next().unwrap()).or_default() += 1;
    }
    assert_eq!(used.len(), 2, "both versions were in force while executions began: {used:?}");
    let plugin: Value = get(&terminal, "/api/v1/plugins/provider-http");
    assert!(
        used.contains_key(plugin["digest"].as_str().unwrap())
            && used.contains_key(plugin["previous"].as_str().unwrap())
    );
}
