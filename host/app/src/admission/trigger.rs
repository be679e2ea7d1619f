//! The trigger of an execution: what was given, with everything that its readers count on (reference pipelines-and-stages.md §1.5,
//! steps 2 and 4).

use domain::Problem;
use domain::code::code;
use domain::id::ExecutionId;
use domain::params::{Params, Value};
use domain::pipeline::Definition;
use domain::pipeline::field::kind_of;
use domain::pipeline::parameter::{missing, resolve};
use serde_json::Map;

use crate::AppError;

/// Step 2: `type`, `user` and `parameters` are there, everything else stays as given. What cannot be read is refused.
pub(super) fn read(given: &Params, kind: &str, user: &str) -> Result<Map<String, Value>, AppError> {
    let Value::Object(given) = given.value() else {
        return Err(wrong("", "What an execution is started with must be a JSON object.".into()));
    };
    let parameters = match given.get("parameters") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(parameters)) => parameters.clone(),
        Some(other) => {
            let message = format!("`parameters` must be an object of names and values, but is {}.", kind_of(other));
            return Err(wrong("/parameters", message));
        }
    };
    if let Some(other) = given.get("artifacts").filter(|given| !matches!(given, Value::Null | Value::Array(_))) {
        return Err(wrong("/artifacts", format!("`artifacts` must be a list, but is {}.", kind_of(other))));
    }
    if let Some(other) = given.get("type").filter(|given| !matches!(given, Value::Null | Value::String(_))) {
        return Err(wrong("/type", format!("`type` must be a text, but is {}.", kind_of(other))));
    }
    let named = given.get("type").and_then(Value::as_str).filter(|kind| !kind.is_empty()).unwrap_or(kind);
    let mut trigger = Map::with_capacity(given.len() + 3);
    trigger.insert("type".into(), named.into());
    trigger.insert("user".into(), user.into());
    trigger.insert("parameters".into(), Value::Object(parameters));
    let rest = given.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "user" | "parameters"));
    trigger.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    Ok(trigger)
}

/// The id that a client chose for the execution, in its trigger or in a document that is not stored (step 12).
pub(super) fn chosen_id(given: &Params, document: Option<&Params>) -> Result<Option<ExecutionId>, AppError> {
    let chosen = given.get("executionId").or_else(|| document?.get("executionId")).filter(|id| !id.is_null());
    let Some(chosen) = chosen else { return Ok(None) };
    chosen.as_str().and_then(ExecutionId::parse).map(Some).ok_or_else(|| {
        let message = "`executionId` must be a ULID: 26 characters of 0-9 and A-Z without I, L, O and U; leave it out to get one.";
        let problem = Problem::at("/executionId", code("execution.id-invalid"), message);
        AppError::invalid("The start", vec![problem])
    })
}

/// Step 4: a declared parameter that was not given has its default, else null.
pub(super) fn give_parameters(trigger: &mut Map<String, Value>, definition: &Definition) {
    if let Some(Value::Object(given)) = trigger.get_mut("parameters") {
        *given = resolve(&definition.parameters, given);
    }
}

/// Refuses a start by hand that leaves a required parameter without any value; triggers may (trap 5).
pub(super) fn require_parameters(definition: &Definition, trigger: &Map<String, Value>) -> Result<(), AppError> {
    let Some(Value::Object(values)) = trigger.get("parameters") else { return Ok(()) };
    let problems: Vec<Problem> = missing(&definition.parameters, values)
        .into_iter()
        .map(|name| {
            let pointer = format!("/parameters/{}", domain::pipeline::field::escaped(name));
            let message = format!("Parameter `{name}` is required and has no default; give it a value.");
            Problem::at(pointer, code("execution.parameter-missing"), message)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The start", problems)) }
}

fn wrong(pointer: &str, message: String) -> AppError {
    AppError::invalid("The start", vec![Problem::at(pointer, code("execution.trigger-invalid"), message)])
}
