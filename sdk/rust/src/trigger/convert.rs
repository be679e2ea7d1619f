//! Where the plain values of triggers meet the contract's types, and nowhere else.

use serde_json::Value;

use super::event::{Event, Hook, Payload, PollCall, Polled, Reply};
use crate::bindings::trigger::exports::mainsheet::trigger::trigger as wit;
use crate::json;

impl From<wit::Hook> for Hook {
    fn from(hook: wit::Hook) -> Self {
        Self {
            source: hook.source,
            method: hook.method,
            path: hook.path,
            query: hook.query,
            headers: hook.headers,
            body: hook.body,
            secrets: hook.secrets,
            now: hook.now,
        }
    }
}

impl From<wit::Event> for Event {
    fn from(event: wit::Event) -> Self {
        Self {
            key: event.key,
            source: json::read_object(&event.source),
            verified: event.verified,
            payload: json::read(event.payload),
            occurred: event.occurred,
        }
    }
}

impl From<Event> for wit::Event {
    fn from(event: Event) -> Self {
        Self {
            key: event.key,
            source: Value::Object(event.source).to_string(),
            verified: event.verified,
            payload: event.payload.to_string(),
            occurred: event.occurred,
        }
    }
}

impl From<Reply> for wit::Reply {
    fn from(reply: Reply) -> Self {
        let events = reply.events.into_iter().map(Into::into).collect();
        Self { status: reply.status, headers: reply.headers, body: reply.body, events }
    }
}

impl From<wit::PollCall> for PollCall {
    fn from(call: wit::PollCall) -> Self {
        Self { source: json::read_object(&call.source), cursor: call.cursor, now: call.now }
    }
}

impl From<Polled> for wit::Polled {
    fn from(polled: Polled) -> Self {
        Self {
            events: polled.events.into_iter().map(Into::into).collect(),
            cursor: polled.cursor,
            next_after: polled.next_after,
        }
    }
}

impl From<Payload> for wit::Payload {
    fn from(payload: Payload) -> Self {
        Self {
            trigger: Value::Object(payload.trigger).to_string(),
            artifacts: Value::Array(payload.artifacts).to_string(),
        }
    }
}
