//! Headers of a request, kept beside its payload so that constraints can look at them later; those that carry secrets are not kept.

use mainsheet_sdk::prelude::*;

/// Member of the recorded payload that holds them. A sender's own member of this name is dropped.
const MEMBER: &str = "$attributes";
/// Parts of names of headers that carry secrets, or say nothing about the event.
const LEFT_OUT: [&str; 12] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "signature",
    "password",
    "api-key",
    "apikey",
    "connection",
    "content-length",
    "accept",
    "forwarded",
];
/// Bytes of one header, and how many of them.
const LARGEST: usize = 1_024;
const MOST: usize = 50;

/// The payload with the headers of its request.
pub fn with(mut payload: Value, headers: &[(String, String)]) -> Value {
    let kept = headers.iter().filter(|(name, value)| {
        value.len() <= LARGEST && !LEFT_OUT.iter().any(|part| name.to_lowercase().contains(part))
    });
    let kept: Map<String, Value> =
        kept.take(MOST).map(|(name, value)| (name.to_lowercase(), value.as_str().into())).collect();
    if let Some(members) = payload.as_object_mut() {
        members.shift_remove(MEMBER);
        if !kept.is_empty() {
            members.insert(MEMBER.to_owned(), kept.into());
        }
    }
    payload
}

/// The payload as it was sent, and the headers.
pub fn split(mut payload: Value) -> (Value, Map<String, Value>) {
    let kept = payload.as_object_mut().and_then(|members| members.shift_remove(MEMBER));
    let Some(Value::Object(attributes)) = kept else { return (payload, Map::new()) };
    (payload, attributes)
}
