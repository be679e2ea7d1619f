//! The stage's context: `webhook{…}` in exactly Spinnaker's shape, which expressions of existing pipelines read.

use std::cell::RefCell;

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::object;

use crate::status;

/// What the stage has learnt so far; every change is shown at once.
pub struct Report {
    flow: Flow,
    webhook: RefCell<Map<String, Value>>,
    begun: RefCell<bool>,
}

impl Report {
    /// Nothing learnt yet.
    pub fn new(flow: &Flow) -> Self {
        Self { flow: flow.clone(), webhook: RefCell::default(), begun: RefCell::default() }
    }

    /// Something outside may have begun, so a cancel call makes sense.
    pub fn begun(&self) {
        self.begun.replace(true);
    }

    /// Whether anything outside may have begun.
    pub fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    /// The call was answered.
    pub fn created(&self, reply: &Value) {
        self.add(seen(reply));
        // Under these names before 1.14; old pipelines still read them.
        self.flow.context("buildInfo", reply.get("body").unwrap_or(&Value::Null));
        if let Some(code) = reply.get("status").and_then(Value::as_u64) {
            self.flow.context("statusCode", status::name(code));
        }
    }

    /// The call failed, for good. Nothing has begun, as far as it is known.
    pub fn not_created(&self, failure: &Failure) {
        self.add(failure.details.as_deref().map(seen).unwrap_or_default());
        self.error(&failure.message);
        self.begun.replace(matches!(failure.class, FailureClass::TimedOut));
    }

    /// The address that is watched.
    pub fn status_endpoint(&self, address: &str) {
        self.flow.context("statusEndpoint", address);
        self.add(Map::from_iter([("statusEndpoint".to_owned(), address.into())]));
    }

    /// Why it does not go on.
    pub fn error(&self, message: &str) {
        self.add(Map::from_iter([("error".to_owned(), message.into())]));
    }

    /// Watching came to an end.
    pub fn monitored(&self, told: &Value) {
        let mut monitor = seen(told);
        for key in ["progressMessage", "percentComplete", "error", "resolvedValue", "pastStatusCodes"] {
            monitor.extend(told.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        if let Some(body) = told.get("body").filter(|body| !body.is_null()) {
            self.flow.context("buildInfo", body);
        }
        self.add(Map::from_iter([("monitor".to_owned(), monitor.into())]));
    }

    /// Watching failed.
    pub fn not_monitored(&self, failure: &Failure) {
        let details = failure.details.as_deref().cloned().unwrap_or_default();
        let mut told = object(details);
        told.insert("error".to_owned(), failure.message.clone().into());
        self.monitored(&told.into());
    }

    fn add(&self, members: Map<String, Value>) {
        self.webhook.borrow_mut().extend(members);
        self.flow.context("webhook", &*self.webhook.borrow());
    }
}

/// A reply of provider `http` in the words of the context.
fn seen(reply: &Value) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(code) = reply.get("status").and_then(Value::as_u64) {
        members.insert("statusCode".to_owned(), status::name(code).into());
        members.insert("statusCodeValue".to_owned(), code.into());
    }
    for key in ["headers", "body"] {
        members.extend(reply.get(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value.clone())));
    }
    members
}
