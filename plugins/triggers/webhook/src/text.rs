//! Values as text, as Java prints them: constraints of existing pipelines were written against that.

use mainsheet_sdk::prelude::*;

/// `{a=1, b=[x, y]}` for a map; texts without quotes.
pub fn java(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(java).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let pairs = members.iter().map(|(key, value)| format!("{key}={}", java(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
