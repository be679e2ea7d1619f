//! Trigger `webhook`: fires on a JSON request to `/webhooks/webhook/<source>`. Behaviour: references `pipelines-and-stages.md` §5.3 and
//! `triggers-and-notifications.md` §1 and §7.

mod attributes;
mod constraint;
mod text;

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::trigger::{Event, Hook, Payload, Reply, TriggerKind, TriggerPlugin};

/// Headers by which senders name one delivery, the same when they deliver again.
const DELIVERY: [&str; 6] =
    ["idempotency-key", "x-github-delivery", "x-gitlab-event-uuid", "x-coding-delivery", "webhook-id", "x-request-id"];

/// Fires on a JSON request to its own address.
#[config]
pub struct Webhook {
    /// Last part of the address, `/webhooks/webhook/<source>`; compared exactly.
    #[field(en = "Source", zh = "来源", help_zh = "地址的最后一段，区分大小写", required)]
    source: String,
    /// What the payload must hold: a key, or a JSONPath, and a Java regular expression that is found in its value. Empty text: any value; null: only present.
    #[field(
        en = "Payload constraints",
        zh = "Payload 约束",
        help_zh = "键（或 JSONPath）与正则表达式，部分匹配",
        widget = "key-value"
    )]
    payload_constraints: Map<String, Value>,
    /// What the headers of the request must hold, as for the payload; case of names does not count. Headers that carry secrets are not kept.
    #[field(
        en = "Header constraints",
        zh = "请求头约束",
        help_zh = "请求头名称与正则表达式，部分匹配",
        widget = "key-value"
    )]
    attribute_constraints: Map<String, Value>,
    /// Parameters of the execution, unless the payload brings its own.
    #[field(en = "Parameters", zh = "参数", widget = "key-value")]
    parameters: Map<String, Value>,
}

/// Reads a request: any JSON object is an event, whether or not a trigger will want it.
fn receive(hook: Hook) -> Result<Reply, Failure> {
    if hook.method != "POST" {
        let message = format!("Send the event with POST, not {}.", hook.method);
        return Err(Failure::new(FailureClass::InvalidInput, code("webhook.method"), message));
    }
    let payload: Value = mainsheet_sdk::serde_json::from_slice(&hook.body).map_err(|error| {
        Failure::new(FailureClass::InvalidInput, code("webhook.not-json"), format!("The body is not JSON: {error}."))
    })?;
    if !payload.is_object() {
        let message = "The body is JSON, but not an object.";
        return Err(Failure::new(FailureClass::InvalidInput, code("webhook.not-an-object"), message));
    }
    let named = || payload.get("source").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
    let source = if hook.source.is_empty() { named() } else { hook.source.clone() };
    let key = DELIVERY.iter().find_map(|name| hook.header(name)).unwrap_or_default().trim().to_owned();
    let told = json!({ "eventProcessed": true, "eventId": key });
    let payload = attributes::with(payload, &hook.headers);
    let event =
        Event { key, source: Map::from_iter([("source".to_owned(), source.into())]), payload, ..Event::default() };
    Ok(Reply::json(200, &told).with(event))
}

/// What an execution is started with, or why not.
fn matches(event: &Event, config: Webhook, document: &Map<String, Value>) -> Result<Payload, Failure> {
    let source = event.source.get("source").and_then(Value::as_str).unwrap_or_default();
    if source != config.source {
        let message = format!("The event came to source {source:?}, the trigger listens to {:?}.", config.source);
        return Err(Failure::new(FailureClass::NotFound, code("trigger.other-source"), message));
    }
    let (payload, attributes) = attributes::split(event.payload.clone());
    for (key, pattern) in &config.payload_constraints {
        constraint::check(&payload, key, pattern)?;
    }
    for (name, pattern) in &config.attribute_constraints {
        constraint::check_attribute(&attributes, name, pattern)?;
    }
    let of = |key: &str| payload.get(key);
    let parameters = of("parameters").and_then(Value::as_object).cloned().unwrap_or(config.parameters);
    let artifacts = of("artifacts").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut trigger = document.clone();
    trigger.insert("type".to_owned(), "webhook".into());
    trigger.insert("source".to_owned(), source.into());
    trigger.insert("payload".to_owned(), payload);
    trigger.insert("parameters".to_owned(), parameters.into());
    trigger.insert("eventId".to_owned(), event.key.clone().into());
    Ok(Payload { trigger, artifacts })
}

/// The plugin.
pub fn plugin() -> TriggerPlugin {
    TriggerPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("Webhook", "Webhook")
        .help("Fires on a JSON request to its own address.", "收到发往其地址的 JSON 请求时触发。")
        .hooks(receive)
        .trigger(
            TriggerKind::new("webhook", matches)
                .label("Webhook", "Webhook")
                .help("Fires on a JSON request to its own address.", "收到发往其地址的 JSON 请求时触发。")
                .source(&["source"]),
        )
}

mainsheet_sdk::export_trigger!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::trigger(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
