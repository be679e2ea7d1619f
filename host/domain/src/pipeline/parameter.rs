//! Declared parameters of a pipeline, and their values at a start (reference pipelines-and-stages.md §1.3, §1.5).

use serde_json::{Map, Value};

use super::field::Fields;
use crate::code::code;
use crate::problem::{Problem, nearest};

/// Types a parameter may declare; Spinnaker's documents carry none, which is text.
pub const PARAMETER_TYPES: [&str; 5] = ["string", "boolean", "number", "date", "json"];

/// One entry of `parameterConfig`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Key in `trigger.parameters`.
    pub name: String,
    /// Used only when a start does not carry the key.
    pub default: Option<Value>,
    /// A manual start must give a value when there is no default; triggered starts need not (trap 5).
    pub required: bool,
}

impl Parameter {
    /// Reads all entries of `parameterConfig`.
    pub fn read_all(fields: &mut Fields<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for (index, map) in fields.objects("parameterConfig") {
            let pointer = format!("/parameterConfig/{index}");
            let mut entry = Fields::new(map, pointer.as_str(), fields.problems());
            let name = entry.required_text("name").to_owned();
            let required = entry.boolean("required", false);
            let default = entry.value("default").cloned();
            for (key, known) in [("type", &PARAMETER_TYPES[..]), ("constraint", &["date"][..])] {
                if let Some(given) = entry.text(key).filter(|text| !text.is_empty() && !known.contains(text)) {
                    let message = unknown_type(key, given, known);
                    let at = format!("{pointer}/{key}");
                    entry.problems().push(Problem::at(at, code("pipeline.parameter-type-unknown"), message));
                }
            }
            parameters.push(Parameter { name, default, required });
        }
        parameters
    }
}

fn unknown_type(key: &str, given: &str, known: &[&str]) -> String {
    let near = nearest(given, known.iter().copied());
    let hint = near.first().map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    format!("A parameter has no {key} `{given}`; use one of {}.{hint}", known.join(", "))
}

/// The parameters of a start: given values, then defaults, then null for what is declared and neither; undeclared ones are kept.
/// `""` and `null` count as given (trap 4).
#[must_use]
pub fn resolve(declared: &[Parameter], given: &Map<String, Value>) -> Map<String, Value> {
    let mut values = given.clone();
    for parameter in declared {
        if !values.contains_key(&parameter.name) {
            values.insert(parameter.name.clone(), parameter.default.clone().unwrap_or(Value::Null));
        }
    }
    values
}

/// Names of required parameters that a manual start leaves without any value.
#[must_use]
pub fn missing<'a>(declared: &'a [Parameter], values: &Map<String, Value>) -> Vec<&'a str> {
    declared
        .iter()
        .filter(|parameter| parameter.required && values.get(&parameter.name).is_none_or(Value::is_null))
        .map(|parameter| parameter.name.as_str())
        .collect()
}
