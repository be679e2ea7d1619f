//! JSON text of the contract, read and written in one place.

use serde_json::{Map, Value};

/// A value of the contract. The host writes valid JSON; what is not stays visible as a string instead of being lost.
pub(crate) fn read(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// An object of the contract; anything else is empty.
pub(crate) fn read_object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// An object as text, or nothing if it is empty.
pub(crate) fn write_object(object: Map<String, Value>) -> Option<String> {
    (!object.is_empty()).then(|| Value::Object(object).to_string())
}
