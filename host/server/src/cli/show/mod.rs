//! Single things in the terminal: everything that a person looks for, on one screen. Pure: from the API's answers to lines. What is left out
//! stands in `--output json`.

mod application;
mod execution;
mod pipeline;
mod plugin;

use serde_json::Value;

pub(super) use application::application;
pub(super) use execution::execution;
pub(super) use pipeline::pipeline;
pub(super) use plugin::plugin;

use super::output::width;

/// Columns of the names of facts.
const NAMES: usize = 12;

/// Named facts below each other; several values of one name stand in lines of their own.
#[derive(Default)]
struct Facts {
    lines: Vec<String>,
}

impl Facts {
    /// Adds a fact, unless there is nothing to say.
    fn add(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            let gap = " ".repeat(NAMES.saturating_sub(width(name)).max(1));
            self.lines.push(format!("{name}{gap}{text}"));
        }
    }

    /// Adds each of `texts`, the first one beside the name.
    fn all(&mut self, name: &str, texts: impl IntoIterator<Item = String>) {
        for (number, text) in texts.into_iter().filter(|text| !text.is_empty()).enumerate() {
            self.add(if number == 0 { name } else { "" }, text);
        }
    }
}

/// The member at `pointer` as people write it; nothing where it is absent.
fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A moment without its fraction of a second.
fn moment(value: &Value, pointer: &str) -> String {
    let at = text(value, pointer);
    match (at.split_once('.'), at.ends_with('Z')) {
        (Some((seconds, _)), true) => format!("{seconds}Z"),
        _ => at,
    }
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The texts of a list, joined.
fn joined(value: &Value, pointer: &str) -> String {
    list(value, pointer).map(|item| text(item, "")).collect::<Vec<String>>().join(", ")
}

/// `key=value` of each member.
fn members(value: &Value, pointer: &str) -> Vec<String> {
    let members = value.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    members.map(|(key, value)| format!("{key}={}", text(value, ""))).collect()
}

/// Executions as a short list.
fn executions(executions: &[Value]) -> impl Iterator<Item = String> + '_ {
    executions.iter().map(|execution| {
        format!(
            "{}  {:<15} {}  {}",
            text(execution, "/id"),
            text(execution, "/status"),
            moment(execution, "/created"),
            text(execution, "/name")
        )
    })
}
