//! Trigger cases: a request or an event, and what becomes of each configured trigger.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::matching::part;
use crate::trigger::{Event, Hook, Reply, TriggerPlugin};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TriggerCase {
    #[serde(default, rename = "about")]
    _about: String,
    hook: Option<HookCase>,
    reply: Option<Value>,
    failure: Option<Value>,
    events: Option<Value>,
    event: Option<EventCase>,
    #[serde(default)]
    triggers: Vec<MatchCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HookCase {
    #[serde(default)]
    source: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    now: f64,
}

fn post() -> String {
    "POST".to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventCase {
    #[serde(default)]
    key: String,
    #[serde(default)]
    source: Map<String, Value>,
    #[serde(default)]
    verified: Vec<String>,
    #[serde(default)]
    payload: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MatchCase {
    trigger: Map<String, Value>,
    starts: Option<Value>,
    refused: Option<Value>,
}

pub(super) fn run(plugin: &TriggerPlugin, case: TriggerCase) -> Vec<String> {
    let mut differences = Vec::new();
    let mut events = Vec::new();
    if let Some(hook) = case.hook {
        match plugin.receive(read(hook)) {
            Ok(reply) => {
                differences.extend(compare_reply(case.reply.as_ref(), &reply));
                events = reply.events;
            }
            Err(failure) => {
                let expected = case.failure.unwrap_or(json!("no failure"));
                differences.extend(part("failure", &expected, &serde_json::to_value(failure).unwrap_or_default()));
            }
        }
    }
    if let Some(expected) = case.events {
        let came: Vec<Value> = events.iter().map(show).collect();
        differences.extend(part("events", &expected, &came.into()));
    }
    if let Some(event) = case.event {
        events.push(Event {
            key: event.key,
            source: event.source,
            verified: event.verified,
            payload: event.payload,
            occurred: None,
        });
    }
    for event in &events {
        for (number, expected) in case.triggers.iter().enumerate() {
            differences.extend(compare_match(plugin, event, expected, number + 1));
        }
    }
    differences
}

fn read(hook: HookCase) -> Hook {
    let body = match hook.body {
        Value::Null => Vec::new(),
        Value::String(text) => text.into_bytes(),
        value => value.to_string().into_bytes(),
    };
    Hook {
        path: format!("/webhooks/case/{}", hook.source),
        source: hook.source,
        method: hook.method,
        query: hook.query,
        headers: hook.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
        body,
        secrets: Vec::new(),
        now: hook.now,
    }
}

fn show(event: &Event) -> Value {
    json!({ "key": event.key, "source": event.source, "verified": event.verified, "payload": event.payload, "occurred": event.occurred })
}

fn compare_reply(expected: Option<&Value>, reply: &Reply) -> Vec<String> {
    let Some(expected) = expected else {
        return vec!["expected a failure, came a reply".to_owned()];
    };
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let body = serde_json::from_slice(&reply.body).unwrap_or(Value::String(text));
    part("reply", expected, &json!({ "status": reply.status, "body": body }))
}

fn compare_match(plugin: &TriggerPlugin, event: &Event, expected: &MatchCase, number: usize) -> Vec<String> {
    let place = format!("trigger {number}");
    match (plugin.matches(event, &expected.trigger), &expected.starts, &expected.refused) {
        (Ok(payload), Some(starts), _) => part(
            &format!("{place}: starts"),
            starts,
            &json!({ "trigger": payload.trigger, "artifacts": payload.artifacts }),
        ),
        (Err(failure), _, Some(refused)) => {
            let mut differences =
                part(&format!("{place}: refused"), refused, &serde_json::to_value(&failure).unwrap_or_default());
            if failure.message.is_empty() {
                differences.push(format!("{place}: refused without a sentence"));
            }
            differences
        }
        (result, ..) => vec![format!("{place}: another outcome came: {result:?}")],
    }
}
