//! What a trigger plugin is told, and what it may answer, as plain values. Meanings stand in `wit/trigger@1`.

use serde_json::{Map, Value};

/// One request to the plugin's endpoint, as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hook {
    /// The last part of the path; empty if there was none.
    pub source: String,
    /// Upper-case method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query without the `?`.
    pub query: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, byte for byte.
    pub body: Vec<u8>,
    /// Secret references of all triggers on this endpoint.
    pub secrets: Vec<String>,
    /// When it arrived, unix milliseconds.
    pub now: f64,
}

impl Hook {
    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Something that happened outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// Makes a second delivery harmless; empty, the host makes one.
    pub key: String,
    /// The source keys.
    pub source: Map<String, Value>,
    /// The secrets under which the sender's signature holds.
    pub verified: Vec<String>,
    /// What happened.
    pub payload: Value,
    /// When, by the sender's word; unix milliseconds.
    pub occurred: Option<f64>,
}

/// What the sender hears, and what the host records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// Body to send.
    pub body: Vec<u8>,
    /// Events to record.
    pub events: Vec<Event>,
}

impl Reply {
    /// A JSON reply without events.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes(), events: Vec::new() }
    }

    /// With this event.
    #[must_use]
    pub fn with(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }
}

/// One poll for all triggers with an equal source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PollCall {
    /// The source keys.
    pub source: Map<String, Value>,
    /// Where the last poll stopped.
    pub cursor: Option<Vec<u8>>,
    /// The time of this poll, unix milliseconds.
    pub now: f64,
}

/// What a poll found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Polled {
    /// New events, oldest first.
    pub events: Vec<Event>,
    /// Where the next poll goes on.
    pub cursor: Vec<u8>,
    /// Milliseconds until the next poll.
    pub next_after: u32,
}

/// What an execution is started with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payload {
    /// The execution's trigger.
    pub trigger: Map<String, Value>,
    /// Artifacts that the event brings.
    pub artifacts: Vec<Value>,
}
