//! Comparing what a case expects with what came.

use serde_json::Value;

/// Differences between a part that is expected and the whole that came; empty if the part is in it.
pub(super) fn part(place: &str, expected: &Value, actual: &Value) -> Vec<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let member = |(key, value): (&String, &Value)| match actual.get(key) {
                Some(actual) => part(&format!("{place}.{key}"), value, actual),
                None if value.is_null() => Vec::new(),
                None => vec![format!("{place}.{key}: expected {value}, is missing")],
            };
            expected.iter().flat_map(member).collect()
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs
                .flat_map(|(position, (expected, actual))| part(&format!("{place}[{position}]"), expected, actual))
                .collect()
        }
        _ if same(expected, actual) => Vec::new(),
        _ => vec![format!("{place}: expected {expected}, came {actual}")],
    }
}

fn same(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Number(expected), Value::Number(actual)) => expected.as_f64() == actual.as_f64(),
        (Value::String(expected), Value::String(actual)) => match expected.strip_prefix("~ ") {
            Some(contained) => actual.contains(contained),
            None => expected == actual,
        },
        _ => expected == actual,
    }
}
