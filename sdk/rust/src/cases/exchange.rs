//! The other side of `http::send` in native tests: the exchanges that a case lists, in order.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::matching::part;
use crate::http::{Request, Response};
use crate::{Failure, FailureClass, code};

/// One exchange: what must be sent, and what comes back.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Exchange {
    #[serde(default = "anything")]
    send: Value,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
    blob: Option<String>,
    failure: Option<Failure>,
}

fn anything() -> Value {
    Value::Object(Map::new())
}

type Outside = Box<dyn FnMut(&Request) -> Result<Response, Failure>>;

thread_local! {
    static OUTSIDE: RefCell<Option<Outside>> = const { RefCell::new(None) };
    static EXCHANGES: RefCell<(VecDeque<Exchange>, Vec<String>)> = const { RefCell::new((VecDeque::new(), Vec::new())) };
}

/// What providers linked natively send on this thread is answered by `answer` from here on, instead of the exchanges of a case.
pub fn outside(answer: impl FnMut(&Request) -> Result<Response, Failure> + 'static) {
    OUTSIDE.with_borrow_mut(|outside| *outside = Some(Box::new(answer)));
}

/// What is sent from here on meets these exchanges.
pub(super) fn begin(exchanges: &[Exchange]) {
    EXCHANGES.with_borrow_mut(|state| *state = (exchanges.iter().cloned().collect(), Vec::new()));
}

/// The differences since [`begin`], exchanges that did not happen included.
pub(super) fn end() -> Vec<String> {
    EXCHANGES.with_borrow_mut(|(left, differences)| {
        differences.extend(left.drain(..).map(|exchange| format!("was not sent: {}", exchange.send)));
        std::mem::take(differences)
    })
}

/// Answers a request from the case.
pub(crate) fn exchange(request: Request) -> Result<Response, Failure> {
    if let Some(answer) = OUTSIDE.with_borrow_mut(|outside| outside.as_mut().map(|answer| answer(&request))) {
        return answer;
    }
    EXCHANGES.with_borrow_mut(|(left, differences)| {
        let Some(exchange) = left.pop_front() else {
            differences.push(format!("sent unexpectedly: {} {}", request.method, request.url));
            return Err(Failure::new(
                FailureClass::Internal,
                code("sdk.no-exchange"),
                "The case has no exchange for this request.",
            ));
        };
        differences.extend(part("send", &exchange.send, &describe(&request, &exchange.send)));
        if let Some(failure) = exchange.failure {
            return Err(failure);
        }
        let body = match exchange.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.into_bytes(),
            value => value.to_string().into_bytes(),
        };
        let headers = exchange.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        Ok(Response { status: exchange.status, headers, body, blob: exchange.blob })
    })
}

/// The request as JSON: header names as the case spells them, several values joined, the body as JSON where it is.
fn describe(request: &Request, expected: &Value) -> Value {
    let spelled = |name: &str| {
        let known = expected.get("headers").and_then(Value::as_object);
        known
            .and_then(|known| known.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned())
            .unwrap_or_else(|| name.to_owned())
    };
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        let joined = match headers.get(&spelled(name)).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.clone(),
        };
        headers.insert(spelled(name), joined.into());
    }
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::String(text));
    serde_json::json!({
        "method": request.method, "url": request.url, "headers": headers, "body": body,
        "timeout": request.timeout, "redirects": request.redirects, "identity": request.identity,
        "intoBlob": request.into_blob,
    })
}
