//! Triggers as people look at them: what was heard, what would happen, and how much a stranger may send.

use serde_json::{Value, json};
use tests::terminal::Terminal;

use super::{Answer, call, get, post, request, save, send, shop};

fn deliver(terminal: &Terminal, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    send(terminal, &request("POST", path, headers, body.to_string().as_bytes()))
}

/// A pipeline with triggers of all kinds.
fn release(terminal: &Terminal) -> String {
    let nap = json!([{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 0 }]);
    let parameters = json!([{ "name": "version", "default": "none" }, { "name": "place", "default": "here" }]);
    let triggers = json!([
        { "type": "webhook", "enabled": true, "source": "ci", "payloadConstraints": { "ref": "^refs/heads/main$" } },
        { "type": "webhook", "enabled": true, "source": "ci", "attributeConstraints": { "X-Event-Key": "^repo:" } },
        { "type": "webhook", "enabled": false, "source": "ci" },
        { "type": "cron", "enabled": true, "at": "20:00", "workingDays": true, "timeZone": "Europe/Berlin" },
        { "type": "pipeline", "enabled": true, "pipeline": "other", "status": ["successful"] },
        { "type": "carrier-pigeon", "enabled": true },
    ]);
    save(terminal, &json!({ "name": "release", "parameterConfig": parameters, "stages": nap, "triggers": triggers }))
}

#[test]
fn a_payload_can_be_tried_without_starting_anything() {
    let terminal = shop();
    let pipeline = release(&terminal);
    let sample = json!({ "payload": { "ref": "refs/heads/main", "parameters": { "version": "7" } }, "headers": { "X-Event-Key": "tag:push" } });
    let tried = post(&terminal, &format!("/api/v1/pipelines/{pipeline}/triggers/test"), &sample).ok();
    let items = tried["items"].as_array().unwrap();
    let came: Vec<&str> = items.iter().map(|item| item["code"].as_str().unwrap_or("starts")).collect();
    assert_eq!(
        came,
        [
            "starts",
            "trigger.constraint-failed",
            "trigger.disabled",
            "starts",
            "trigger.other-pipeline",
            "trigger.type-unknown"
        ],
        "{tried:#}"
    );
    assert_eq!(items[0]["parameters"], json!({ "version": "7", "place": "here" }));
    assert_eq!(items[0]["executionTrigger"]["payload"]["ref"], "refs/heads/main");
    assert_eq!(items[3]["dates"].as_array().map(Vec::len), Some(5));
    assert_eq!(items[3]["executionTrigger"]["schedule"], "at 20:00, Monday to Friday");

    terminal.write("push.json", &json!({ "ref": "refs/heads/topic" }).to_string()).unwrap();
    let words = ["trigger", "test", "shop", "release", "--payload", "push.json", "--type", "webhook", "--source", "ci"];
    let said = terminal.run(&words).expect_code(1);
    assert!(said.out.contains("trigger 0 (webhook): no, trigger.constraint-failed:"), "{}", said.out);
    let words = [&words[..], &["--header", "X-Event-Key=repo:push"]].concat();
    let said = terminal.run(&words).expect_code(0);
    assert!(said.out.contains("trigger 1 (webhook): would start an execution\n  version = \"none\""), "{}", said.out);
    let said = terminal.run(&["trigger", "test", "shop", "release", "--type", "cron"]).expect_code(0);
    assert_eq!(said.out.matches("  next 20").count(), 5, "{}", said.out);
    let other = ["trigger", "test", "shop", "release", "--type", "webhook", "--source", "elsewhere"];
    assert!(terminal.run(&other).expect_code(1).out.contains("trigger.other-source"));

    assert_eq!(get(&terminal, "/api/v1/triggers/events")["items"], json!([]), "nothing was recorded");
    assert_eq!(get(&terminal, "/api/v1/executions")["items"], json!([]), "nothing was started");
}

#[test]
fn an_event_is_found_by_the_id_that_its_sender_was_told() {
    let terminal = shop();
    let pipeline = release(&terminal);
    let heard = deliver(&terminal, "/webhooks/webhook", &[], &json!({ "source": "ci", "ref": "refs/heads/main" })).ok();
    assert_eq!(
        (&heard["eventProcessed"], heard["started"].as_array().map(Vec::len)),
        (&json!(true), Some(1)),
        "{heard}"
    );
    let id = heard["eventId"].as_str().unwrap();
    let event = get(&terminal, &format!("/api/v1/triggers/events/{id}"));
    assert_eq!((&event["source"]["source"], &event["payload"]["ref"]), (&json!("ci"), &json!("refs/heads/main")));
    assert_eq!(event["outcomes"][0]["execution"], heard["started"][0]);
    assert_eq!(event["outcomes"][1]["code"], "trigger.constraint-missing");
    let unknown = call(&terminal, "GET", "/api/v1/triggers/events/nobody", "application/json", b"");
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "trigger.event-unknown"));

    deliver(&terminal, "/webhooks/webhook/ci", &[("X-Request-Id", "second")], &json!({})).ok();
    let said = terminal.run(&["get", "trigger-events", "-a", "shop", "--pipeline", "release"]).expect_code(0);
    for part in [
        "CAME TO",
        &format!("started {}", heard["started"][0].as_str().unwrap()),
        "second",
        "trigger.constraint-missing:",
        &pipeline,
    ] {
        assert!(said.out.contains(part), "{part} is missing in {}", said.out);
    }
    let said = terminal.run(&["get", "trigger-events", "second"]).expect_code(0);
    assert!(said.out.contains("key: second"), "{}", said.out);
}

#[test]
fn a_source_that_sends_too_much_is_held_up_and_the_others_are_not() {
    let mut terminal = shop();
    let nap = json!([{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 0 }]);
    for source in ["a", "b"] {
        let trigger =
            json!([{ "type": "webhook", "enabled": true, "source": source, "payloadConstraints": { "never": "" } }]);
        save(&terminal, &json!({ "name": source, "stages": nap, "triggers": trigger }));
    }
    terminal.stop().unwrap();
    terminal.write("mainsheet.toml", "trigger-rate = 5\ntrigger-events-most = 3\n").unwrap();
    terminal.restart().unwrap();
    let status = |source: &str| deliver(&terminal, &format!("/webhooks/webhook/{source}"), &[], &json!({})).status;
    let statuses: Vec<u16> = (0..7).map(|_| status("a")).collect();
    assert_eq!(&statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let held = deliver(&terminal, "/webhooks/webhook/a", &[], &json!({}));
    assert_eq!((held.status, held.code().as_str()), (429, "trigger.too-many-requests"));
    assert!(
        held.head.to_lowercase().contains("retry-after:") && held.head.contains("application/problem+json"),
        "{}",
        held.head
    );
    assert_eq!(status("b"), 200, "another source has its own allowance");
    let strangers: Vec<u16> = (0..8).map(|number| status(&format!("stranger-{number}"))).collect();
    assert!(strangers.contains(&429), "strangers share one: {strangers:?}");
    assert_eq!(status("b"), 200);
}
