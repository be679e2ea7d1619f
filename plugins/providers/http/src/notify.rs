//! Operation `notify`: tells a URL of something, as a POST of JSON unless the entry says otherwise.

use mainsheet_sdk::http::{Request, Response};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};
use mainsheet_sdk::sign::Key;

use crate::reply;
use crate::request::headers;

/// Milliseconds before the second and the third try.
const WAITS: [u32; 2] = [10_000, 60_000];

/// Longest that a server may put off the next try, in milliseconds.
const LONGEST_WAIT: u32 = 600_000;

/// What people are told, and where.
#[config]
pub struct Notice {
    /// Address that is told.
    #[field(en = "URL", zh = "地址", required)]
    address: String,
    /// The moment.
    when: String,
    /// One line.
    subject: String,
    /// The message.
    text: String,
    /// Where to look.
    link: Option<String>,
    /// The execution.
    execution: Value,
    /// The stage, if it is a stage's moment.
    stage: Option<Value>,
    /// More, from the stage.
    detail: Option<Value>,
    /// The entry as it is configured.
    notification: Entry,
}

/// What the configured entry may say beside `type`, `address` and `when`.
#[config]
pub struct Entry {
    /// Method.
    #[field(en = "Method", zh = "请求方法", default = "POST".to_owned())]
    method: String,
    /// Headers: text, or a list of texts.
    #[field(en = "Headers", zh = "请求头", widget = "key-value")]
    headers: Map<String, Value>,
    /// Body: text as it is, anything else as JSON. Absent: everything that is known of the moment.
    #[field(en = "Body", zh = "请求体", widget = "json")]
    body: Option<Value>,
    /// Secret under which the body is signed: `{"$secret": "name"}`.
    #[field(en = "Signing secret", zh = "签名密钥", widget = "secret")]
    secret: Option<Secret>,
}

/// A reference to a secret.
#[config]
pub struct Secret {
    /// Its name.
    #[serde(rename = "$secret")]
    name: String,
}

/// Tells it once; what is busy or broken is told again twice.
pub fn notify(notice: Notice, call: OperationCall) -> Result<Progress, Failure> {
    let tries: usize = call.checkpoint();
    if call.cancelling {
        return Err(Failure::new(FailureClass::Cancelled, code("http.cancelled"), "Nobody is to be told any more."));
    }
    let failure = match notice.request(&call)?.send() {
        Ok(response) if response.status < 400 => return Ok(Progress::Done(json!({ "status": response.status }))),
        Ok(response) => refused(&response, notice.address.trim()),
        Err(failure) => failure,
    };
    let again = matches!(failure.class, FailureClass::Unavailable | FailureClass::TimedOut | FailureClass::Throttled);
    match WAITS.get(tries).filter(|_| again) {
        Some(wait) => {
            let wait = failure.retry_after.unwrap_or(0).min(LONGEST_WAIT).max(*wait);
            let shown = json!({ "problem": failure.message, "tries": tries + 1 });
            Ok(Progress::again(&(tries + 1)).after(wait).showing(shown))
        }
        None => Err(failure),
    }
}

/// The failure that a status is, with the wait that the server asks for.
fn refused(response: &Response, url: &str) -> Failure {
    let mut failure = reply::failure(response, url);
    let seconds = response.header("retry-after").and_then(|text| text.trim().parse::<u32>().ok());
    failure.retry_after = seconds.map(|seconds| seconds.saturating_mul(1_000));
    failure
}

impl Notice {
    fn request(&self, call: &OperationCall) -> Result<Request, Failure> {
        let entry = &self.notification;
        let identity = call.account.as_ref().map(|account| account.name.clone());
        let mut request = Request::new(entry.method.trim().to_uppercase(), self.address.trim()).identity(identity);
        for (name, value) in headers(&entry.headers) {
            request = request.header(name, value);
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            request = match &entry.body {
                Some(Value::String(text)) => {
                    request.body = text.clone().into_bytes();
                    let typed = request.has_header("content-type");
                    if typed { request } else { request.header("Content-Type", "text/plain; charset=utf-8") }
                }
                Some(body) => request.json(body),
                None => request.json(&self.everything()),
            };
        }
        request = request.header("Idempotency-Key", &call.idempotency_key);
        match &entry.secret {
            Some(secret) => sign(request, &secret.name, call.meta.now),
            None => Ok(request),
        }
    }

    fn everything(&self) -> Value {
        let mut body = json!({
            "when": self.when, "subject": self.subject, "text": self.text, "execution": self.execution,
        });
        let more = [
            ("link", self.link.clone().map(Value::from)),
            ("stage", self.stage.clone()),
            ("detail", self.detail.clone()),
        ];
        if let Some(members) = body.as_object_mut() {
            members.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        }
        body
    }
}

/// Signs time and body, so that neither can be sent by others nor sent again later: the receiver computes the HMAC-SHA256 of
/// `<X-Mainsheet-Timestamp>.<body>` and compares it with `X-Mainsheet-Signature`, `sha256=` and hexadecimal digits.
fn sign(request: Request, secret: &str, now: f64) -> Result<Request, Failure> {
    let timestamp = format!("{:.0}", (now / 1_000.0).floor());
    let signed = [timestamp.as_bytes(), b".", &request.body].concat();
    let mac = Key::open(secret, &[])?.mac("hmac-sha256", &signed);
    let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(request.header("X-Mainsheet-Timestamp", timestamp).header("X-Mainsheet-Signature", format!("sha256={digits}")))
}
