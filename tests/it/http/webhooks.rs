//! The webhook trigger over HTTP: what fires, what does not and why, and that a delivery counts once.

use serde_json::{Value, json};
use tests::terminal::Terminal;

use super::{Answer, get, request, save, send, shop};

/// Delivers as another system does: with a key of its own, and no token of ours.
fn deliver(terminal: &Terminal, source: &str, key: &str, body: &[u8]) -> Answer {
    let headers = [("X-GitHub-Delivery", key), ("Content-Type", "application/json")];
    send(terminal, &request("POST", &format!("/webhooks/webhook/{source}"), &headers, body))
}

fn push(branch: &str, repository: &str) -> Vec<u8> {
    json!({ "ref": format!("refs/heads/{branch}"), "repository": { "name": repository }, "parameters": { "version": branch } })
        .to_string()
        .into_bytes()
}

#[test]
fn payload_constraints_decide_what_a_delivery_starts() {
    let terminal = shop();
    let constraints = json!({ "ref": "refs/heads/(main|release)$", "$.repository.name": "^shop$" });
    let trigger = |source: &str, enabled: bool| json!({ "type": "webhook", "enabled": enabled, "source": source, "payloadConstraints": constraints });
    let nap = json!([{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 0 }]);
    let parameters = json!([{ "name": "version", "default": "none" }]);
    let on = json!({ "name": "on", "parameterConfig": parameters, "stages": nap, "triggers": [trigger("git", true)] });
    let pipeline = save(&terminal, &on);
    save(&terminal, &json!({ "name": "off", "stages": nap, "triggers": [trigger("git", false)] }));

    let first = deliver(&terminal, "git", "1", &push("main", "shop")).ok();
    assert_eq!(
        (&first["eventProcessed"], first["started"].as_array().map(Vec::len)),
        (&json!(true), Some(1)),
        "{first}"
    );
    let execution = get(&terminal, &format!("/api/v1/executions/{}", first["started"][0].as_str().unwrap()));
    assert_eq!(execution["pipeline"], pipeline.as_str());
    assert_eq!(execution["trigger"]["type"], "webhook");
    assert_eq!(execution["trigger"]["payload"]["ref"], "refs/heads/main");
    assert_eq!(execution["trigger"]["parameters"]["version"], "main", "the payload brings parameters");
    assert_eq!(execution["principal"], "shop@managed-service-account");
    let again = deliver(&terminal, "git", "1", &push("release", "shop")).ok();
    assert_eq!(again["started"], first["started"], "the same delivery starts nothing more");

    let mut second = 1;
    for body in [push("topic", "shop"), push("main", "other"), b"{}".to_vec()] {
        second += 1;
        assert_eq!(deliver(&terminal, "git", &second.to_string(), &body).ok()["started"], json!([]));
    }
    assert_eq!(
        deliver(&terminal, "nobody", "9", &push("main", "shop")).ok()["started"],
        json!([]),
        "nobody listens there"
    );
    let events = get(&terminal, "/api/v1/triggers/events?limit=100");
    let outcome = |key: &str| -> Vec<Value> {
        let event = events["items"].as_array().unwrap().iter().find(|event| event["key"] == key).unwrap();
        event["outcomes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["pipeline"] == pipeline.as_str())
            .cloned()
            .collect()
    };
    assert_eq!(outcome("1")[0]["execution"], first["started"][0]);
    assert_eq!(outcome("2")[0]["code"], "trigger.constraint-failed");
    assert_eq!(outcome("3")[0]["code"], "trigger.constraint-failed");
    assert_eq!(outcome("4")[0]["code"], "trigger.constraint-missing");
    assert_eq!(get(&terminal, "/api/v1/executions")["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn deliveries_that_are_none_are_refused() {
    let terminal = shop();
    for (body, code) in
        [(&b"no json"[..], "webhook.not-json"), (b"[1]", "webhook.not-an-object"), (b"", "webhook.not-json")]
    {
        let answer = deliver(&terminal, "git", "1", body);
        assert_eq!((answer.status, answer.code().as_str()), (400, code));
    }
    let get = send(&terminal, &request("GET", "/webhooks/webhook/git", &[], b""));
    assert_eq!((get.status, get.code().as_str()), (405, "request.method-unknown"));
    let unknown = send(&terminal, &request("POST", "/webhooks/carrier-pigeon/git", &[], b"{}"));
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "trigger.type-unknown"));
    assert_eq!(super::get(&terminal, "/api/v1/triggers/events")["items"], json!([]), "nothing was recorded");
}
