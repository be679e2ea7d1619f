//! What a save makes of a document (reference pipelines-and-stages.md §1.2, notes on the save API). Everything else stays as written.

use domain::Params;
use domain::environment::{Environment, uuid};
use domain::params::Value;

/// Flag of one save: cron triggers get new ids. Not kept.
const REGENERATE: &str = "regenerateCronTriggerIds";

/// The document as it is kept: every cron trigger has an id, by which its next firing is known.
pub(super) fn kept(document: Params, environment: &dyn Environment) -> Params {
    let regenerate = document.get(REGENERATE).is_some_and(|flag| *flag == Value::Bool(true));
    let nameless = |trigger: &Value| {
        let is_cron = trigger.get("type").and_then(Value::as_str) == Some("cron");
        let has_id = trigger.get("id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
        is_cron && (regenerate || !has_id)
    };
    let triggers = document.get("triggers").and_then(Value::as_array);
    let complete = !triggers.is_some_and(|triggers| triggers.iter().any(nameless));
    if complete && document.get(REGENERATE).is_none() {
        return document;
    }
    let mut changed = document.value().clone();
    if let Some(members) = changed.as_object_mut() {
        members.shift_remove(REGENERATE);
        let triggers = members.get_mut("triggers").and_then(Value::as_array_mut);
        for trigger in triggers.into_iter().flatten().filter(|trigger| nameless(trigger)) {
            if let Some(trigger) = trigger.as_object_mut() {
                trigger.insert("id".into(), uuid(environment).into());
            }
        }
    }
    Params::new(changed)
}

/// The moment of the save that a document was read from, if it says one: `lastModified`, or else `updateTs`.
pub(super) fn last_modified(document: &Params) -> Option<i64> {
    let read = |key| match document.get(key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    read("lastModified").or_else(|| read("updateTs"))
}
