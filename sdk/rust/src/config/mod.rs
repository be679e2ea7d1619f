//! Configurations: user's JSON in, JSON Schema with hints out. `#[config]` makes a struct one.

mod tolerant;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use tolerant::{Csv, Flag, Integer, Millis, Seconds};

use crate::stage::Problem;

/// What can be read from a user's JSON and described by a schema; implemented by `#[config]` through serde and schemars.
pub trait Config: DeserializeOwned + JsonSchema + 'static {}

impl<T: DeserializeOwned + JsonSchema + 'static> Config for T {}

/// JSON Schema 2020-12 of a configuration.
#[must_use]
pub fn schema<C: Config>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<C>().to_value();
    tidy(&mut schema);
    schema
}

/// Takes out `"default": null`, which says nothing that absence does not say, and lets a type's own widget stand where a field names none.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(widget) = members.remove("x-ui-widget") {
                let hints = members.entry("x-ui").or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let Some(hints) = hints.as_object_mut() {
                    hints.entry("widget").or_insert(widget);
                }
            }
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Reads a configuration. A key with `null` counts as absent, as in Spinnaker's documents.
///
/// # Errors
/// A problem that points at the key which cannot be read.
pub fn read<C: Config>(mut value: Value) -> Result<C, Problem> {
    match &mut value {
        Value::Null => value = Value::Object(serde_json::Map::new()),
        Value::Object(members) => members.retain(|_, member| !member.is_null()),
        _ => {}
    }
    C::deserialize(&value).map_err(|error| Problem {
        pointer: culprit::<C>(&value),
        code: "configuration.invalid".to_owned(),
        message: error.to_string(),
    })
}

/// The one key without which the rest can be read; serde does not say where it stopped.
fn culprit<C: Config>(value: &Value) -> String {
    let Value::Object(members) = value else {
        return String::new();
    };
    let readable_without = |key: &&String| {
        let mut rest = members.clone();
        rest.remove(*key);
        C::deserialize(&Value::Object(rest)).is_ok()
    };
    members
        .keys()
        .find(readable_without)
        .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
        .unwrap_or_default()
}

/// Whether any text of a value still holds an expression, so that its final type is not known.
pub(crate) fn has_expressions(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(has_expressions),
        Value::Object(members) => members.values().any(has_expressions),
        _ => false,
    }
}
