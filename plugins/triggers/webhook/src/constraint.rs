//! One payload constraint: where its value is found, and whether the pattern is found in it.

use fancy_regex::RegexBuilder;
use mainsheet_sdk::jsonpath::Path;
use mainsheet_sdk::prelude::*;

use crate::text;

/// How far a pattern may backtrack: patterns come from users, payloads from strangers.
const BACKTRACK_LIMIT: usize = 200_000;

/// Checks one constraint. A key is a top-level key of the payload, else a JSONPath that names a text or a list of texts, of which any may match.
///
/// # Errors
/// The refusal: missing, no match, or a pattern that cannot be used.
pub fn check(payload: &Value, key: &str, pattern: &Value) -> Result<(), Failure> {
    let texts = found(payload, key);
    if texts.is_empty() {
        return Err(refusal(code("trigger.constraint-missing"), format!("The payload has nothing at {key:?}.")));
    }
    let pattern = match pattern {
        Value::Null => return Ok(()),
        pattern => text::java(pattern),
    };
    for text in &texts {
        if is_found(&pattern, text).map_err(|error| unusable(key, &pattern, &error))? {
            return Ok(());
        }
    }
    let message = format!("The pattern {pattern:?} is not found in {key:?} of the payload.");
    Err(refusal(code("trigger.constraint-failed"), message))
}

/// Whether a pattern is found in a text. Most patterns are plain words, for which a regular expression is a thousand times the work.
fn is_found(pattern: &str, text: &str) -> Result<bool, fancy_regex::Error> {
    if !pattern.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}']) {
        return Ok(contains(text.as_bytes(), pattern.as_bytes()));
    }
    RegexBuilder::new(pattern).backtrack_limit(BACKTRACK_LIMIT).build()?.is_match(text)
}

/// Whether `part` is found in `text`. A plain pattern may be a shared secret, so how long this takes does not say how much of it was right.
fn contains(text: &[u8], part: &[u8]) -> bool {
    if part.is_empty() {
        return true;
    }
    let differs = |window: &[u8]| window.iter().zip(part).fold(0, |differs, (a, b)| differs | (a ^ b));
    text.windows(part.len()).fold(false, |found, window| found | (std::hint::black_box(differs(window)) == 0))
}

/// Checks one constraint on a header; case of its name does not count.
///
/// # Errors
/// As [`check`].
pub fn check_attribute(attributes: &Map<String, Value>, name: &str, pattern: &Value) -> Result<(), Failure> {
    let value = attributes.get(&name.to_lowercase()).and_then(Value::as_str);
    let Some(value) = value else {
        return Err(refusal(
            code("trigger.constraint-missing"),
            format!("The request has no header {name:?}, or it is not kept."),
        ));
    };
    let pattern = match pattern {
        Value::Null => return Ok(()),
        pattern => text::java(pattern),
    };
    if is_found(&pattern, value).map_err(|error| unusable(name, &pattern, &error))? {
        return Ok(());
    }
    let message = format!("The pattern {pattern:?} is not found in the header {name:?}.");
    Err(refusal(code("trigger.constraint-failed"), message))
}

fn unusable(key: &str, pattern: &str, error: &fancy_regex::Error) -> Failure {
    let message = format!("The pattern {pattern:?} for {key:?} cannot be used: {error}.");
    refusal(code("trigger.constraint-invalid"), message)
}

/// The texts to look in; none if the key is missing. `null` counts as missing.
fn found(payload: &Value, key: &str) -> Vec<String> {
    if let Some(value) = payload.get(key).filter(|value| !value.is_null()) {
        return vec![text::java(value)];
    }
    let by_path = Path::parse(key).ok().and_then(|path| path.find(payload));
    match by_path {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => items.iter().map(text::java).collect(),
        _ => Vec::new(),
    }
}

fn refusal(code: &str, message: String) -> Failure {
    Failure::new(FailureClass::InvalidInput, code, message)
}
