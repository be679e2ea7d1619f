//! Operation `request`: one request, repeated under its key until it has an answer that counts.

use mainsheet_sdk::http;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::reply;
use crate::signature::Signature;

/// One request, and which outcomes are tried again.
#[config]
pub struct Request {
    /// Address.
    #[field(en = "URL", zh = "地址", required)]
    url: String,
    /// Method.
    #[field(en = "Method", zh = "请求方法", default = "POST".to_owned())]
    method: String,
    /// Headers: text, or a list of texts.
    #[field(en = "Headers", zh = "请求头", widget = "key-value")]
    headers: Map<String, Value>,
    /// Body: text as it is, anything else as JSON, or as a form where the `Content-Type` says so. Not sent with GET and HEAD.
    #[field(en = "Body", zh = "请求体", widget = "json")]
    body: Value,
    /// Signs the body.
    #[field(en = "Signature", zh = "签名")]
    signature: Option<Signature>,
    /// Milliseconds for one try; 0 is the host's default.
    #[field(en = "Timeout of one try", zh = "单次超时（毫秒）")]
    timeout: Millis,
    /// Statuses that are tried again, beside 429 and those from 500.
    #[field(en = "Retry on", zh = "重试状态码", widget = "status-codes")]
    retry_status_codes: Vec<Integer>,
    /// Statuses that fail at once, even if they would be tried again.
    #[field(en = "Fail on", zh = "立即失败状态码", widget = "status-codes", default = vec![Integer(504)])]
    fail_fast_status_codes: Vec<Integer>,
    /// Whether a status is tried again at all; false for a courtesy whose result does not matter.
    #[field(default = Flag(true))]
    retry: Flag,
    /// Milliseconds between tries.
    #[field(en = "Retry every", zh = "重试间隔（毫秒）", default = Millis(10_000))]
    retry_every: Millis,
    /// Milliseconds after the first try in which others may follow.
    #[field(en = "Retry for", zh = "重试时长（毫秒）", default = Millis(300_000))]
    retry_for: Millis,
}

/// Where a try leaves off.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(crate = "mainsheet_sdk::serde")]
struct Checkpoint {
    /// When the first try was made.
    since: Option<f64>,
}

/// Sends the request.
pub fn request(input: Request, call: OperationCall) -> Result<Progress, Failure> {
    let checkpoint: Checkpoint = call.checkpoint();
    if call.cancelling {
        return Err(Failure::new(
            FailureClass::Cancelled,
            code("http.cancelled"),
            "The request was taken back; it may have arrived.",
        ));
    }
    let since = checkpoint.since.unwrap_or(call.meta.now);
    let identity = call.account.as_ref().map(|account| account.name.clone());
    let mut sent = input.build().header("Idempotency-Key", &call.idempotency_key).identity(identity);
    if let Some(signature) = &input.signature {
        sent = signature.sign(sent)?;
    }
    let (failure, again) = match sent.send() {
        Ok(response) if response.status < 400 => return Ok(Progress::Done(reply::show(&response))),
        Ok(response) => (reply::failure(&response, &input.url), input.retries_status(response.status)),
        Err(failure) => {
            let again = input.retries_failure(&failure);
            (failure, again)
        }
    };
    let elapsed = Integer(whole(call.meta.now - since));
    if !again || !input.retry.0 || elapsed.0 + input.retry_every.0 > input.retry_for.0 {
        return Err(failure);
    }
    let wait = failure.retry_after.unwrap_or(0).max(u32::try_from(input.retry_every.0).unwrap_or(10_000));
    let shown = json!({ "problem": failure.message });
    Ok(Progress::again(&Checkpoint { since: Some(since) }).after(wait).showing(shown))
}

#[expect(clippy::cast_possible_truncation, reason = "a length of time in whole milliseconds")]
fn whole(millis: f64) -> i64 {
    millis as i64
}

impl Request {
    fn method(&self) -> String {
        self.method.trim().to_uppercase()
    }

    fn build(&self) -> http::Request {
        let mut request = http::Request::new(self.method(), self.url.trim());
        request.timeout = u32::try_from(self.timeout.0).unwrap_or(0);
        for (name, value) in headers(&self.headers) {
            request = request.header(name, value);
        }
        match &self.body {
            _ if matches!(request.method.as_str(), "GET" | "HEAD") => request,
            Value::Null => request,
            Value::Object(members) if is_form(&request) => {
                request.body = form(members).into_bytes();
                request
            }
            Value::String(text) => {
                request.body = text.clone().into_bytes();
                if request.has_header("content-type") {
                    request
                } else {
                    request.header("Content-Type", "application/json")
                }
            }
            body => request.json(body),
        }
    }

    fn retries_status(&self, status: u16) -> bool {
        let listed = |codes: &[Integer]| codes.contains(&Integer(status.into()));
        !listed(&self.fail_fast_status_codes) && (status >= 500 || status == 429 || listed(&self.retry_status_codes))
    }

    /// An unknown host may come to be known; after a timeout the request may have arrived, so only a GET is sent again.
    fn retries_failure(&self, failure: &Failure) -> bool {
        match failure.class {
            FailureClass::TimedOut => self.method() == "GET",
            _ => failure.code == "http.unresolved",
        }
    }
}

/// Headers as pairs, lists as several of one name.
pub fn headers(map: &Map<String, Value>) -> Vec<(String, String)> {
    let pairs = map.iter().flat_map(|(name, value)| match value {
        Value::Array(values) => values.iter().map(|value| (name.clone(), text(value))).collect(),
        Value::Null => Vec::new(),
        value => vec![(name.clone(), text(value))],
    });
    pairs.filter(|(name, _)| !name.eq_ignore_ascii_case("idempotency-key")).collect()
}

fn is_form(request: &http::Request) -> bool {
    let kind = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    kind.is_some_and(|(_, value)| value.trim().to_lowercase().starts_with("application/x-www-form-urlencoded"))
}

fn form(members: &Map<String, Value>) -> String {
    let pairs = members.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(&text(value))));
    pairs.collect::<Vec<_>>().join("&")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// As HTML forms are encoded.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
