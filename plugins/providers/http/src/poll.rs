//! Operation `poll`: asks a status address until it says how something ended.

use std::collections::BTreeMap;

use mainsheet_sdk::http::{self, Response};
use mainsheet_sdk::jsonpath::Path;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::reply;
use crate::request::headers;

/// Every second at first, every 15 seconds after a minute; in milliseconds.
const OFTEN: u32 = 1_000;
const SELDOM: u32 = 15_000;
const OFTEN_FOR: f64 = 60_000.0;

/// A status address, and how to read what it says.
#[config]
pub struct Poll {
    /// Address that tells the status.
    #[field(en = "Status URL", zh = "状态地址", required)]
    url: String,
    /// Headers: text, or a list of texts.
    #[field(en = "Headers", zh = "请求头", widget = "key-value")]
    headers: Map<String, Value>,
    /// JSONPath of the status. Empty: the first answer without error is a success.
    #[field(en = "Status JSONPath", zh = "状态 JSONPath")]
    status_json_path: String,
    /// JSONPath of a text that tells the progress.
    #[field(en = "Progress JSONPath", zh = "进度 JSONPath")]
    progress_json_path: String,
    /// Statuses that mean success.
    #[field(en = "Success statuses", zh = "成功状态")]
    success_statuses: Csv,
    /// Statuses that mean cancelled.
    #[field(en = "Canceled statuses", zh = "取消状态")]
    canceled_statuses: Csv,
    /// Statuses that mean failure.
    #[field(en = "Terminal statuses", zh = "失败状态")]
    terminal_statuses: Csv,
    /// HTTP statuses after which it asks again, beside 429 and those from 500.
    #[field(en = "Retry on", zh = "重试状态码", widget = "status-codes")]
    retry_status_codes: Vec<Integer>,
    /// How often it asks again after an HTTP status; comes before every other rule.
    #[field(en = "Limited retries", zh = "有限重试")]
    retries: BTreeMap<String, Retries>,
    /// Milliseconds after which it gives up.
    #[field(en = "Give up after", zh = "放弃时间（毫秒）", default = Millis(3_600_000))]
    give_up_after: Millis,
}

/// The limit for one HTTP status.
#[config]
pub struct Retries {
    /// How often it may be answered before that counts as failed; below 1: never.
    #[field(en = "Attempts", zh = "次数")]
    max_attempts: Integer,
}

/// Where a poll leaves off.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(crate = "mainsheet_sdk::serde")]
struct Checkpoint {
    /// When the first was made.
    since: Option<f64>,
    /// HTTP statuses of error so far.
    errors: Vec<u16>,
}

/// What one answer means.
enum Reading {
    Succeeded,
    Canceled,
    Failed(String),
    Running,
}

/// What one answer says.
struct Told {
    reading: Reading,
    /// Members of the answer to the stage, and of what people see meanwhile.
    facts: Map<String, Value>,
}

/// Asks once.
pub fn poll(input: Poll, call: OperationCall) -> Result<Progress, Failure> {
    let mut checkpoint: Checkpoint = call.checkpoint();
    if call.cancelling {
        return Err(Failure::new(
            FailureClass::Cancelled,
            code("http.cancelled"),
            "The status is no longer asked for.",
        ));
    }
    let since = *checkpoint.since.get_or_insert(call.meta.now);
    let elapsed = call.meta.now - since;
    let mut request = http::Request::get(input.url.trim()).identity(call.account.map(|account| account.name));
    for (name, value) in headers(&input.headers) {
        request = request.header(name, value);
    }
    let mut told = match request.send() {
        Ok(response) if response.status >= 400 => {
            checkpoint.errors.push(response.status);
            input.read_error(&response, &checkpoint.errors)
        }
        Ok(response) => input.read(&response)?,
        Err(failure) if failure.code == "http.unresolved" || failure.class == FailureClass::TimedOut => {
            Told { reading: Reading::Running, facts: facts(json!({ "error": failure.message })) }
        }
        Err(failure) => return Err(failure),
    };
    told.facts.insert("pastStatusCodes".to_owned(), json!(checkpoint.errors));
    let outcome = match told.reading {
        Reading::Running if elapsed >= Seconds(input.give_up_after.0).millis() / 1000.0 => {
            let message = format!("{} did not tell an end within {} seconds.", input.url, input.give_up_after.0 / 1000);
            return Err(Failure::new(FailureClass::TimedOut, code("http.poll-timed-out"), message)
                .with_details(told.facts.into()));
        }
        Reading::Running => {
            let wait = if elapsed < OFTEN_FOR { OFTEN } else { SELDOM };
            return Ok(Progress::again(&checkpoint).after(wait).showing(shown(&told.facts)));
        }
        Reading::Succeeded => "succeeded",
        Reading::Canceled => "canceled",
        Reading::Failed(error) => {
            told.facts.insert("error".to_owned(), error.into());
            "failed"
        }
    };
    told.facts.insert("outcome".to_owned(), outcome.into());
    Ok(Progress::Done(told.facts.into()))
}

fn facts(value: Value) -> Map<String, Value> {
    mainsheet_sdk::stage::object(value)
}

/// What people see meanwhile: not the whole reply.
fn shown(facts: &Map<String, Value>) -> Value {
    let keys = ["status", "resolvedValue", "progressMessage", "percentComplete", "error"];
    keys.iter().filter_map(|key| Some(((*key).to_owned(), facts.get(*key)?.clone()))).collect::<Map<_, _>>().into()
}

impl Poll {
    fn read_error(&self, response: &Response, errors: &[u16]) -> Told {
        let status = response.status;
        let again = match self.retries.get(&status.to_string()) {
            Some(retries) => {
                let count = errors.iter().filter(|error| **error == status).count();
                i64::try_from(count).is_ok_and(|count| count <= retries.max_attempts.0)
            }
            None => status >= 500 || status == 429 || self.retry_status_codes.contains(&Integer(status.into())),
        };
        let reading =
            if again { Reading::Running } else { Reading::Failed(format!("The status address answered {status}.")) };
        Told { reading, facts: facts(reply::show(response)) }
    }

    /// # Errors
    /// When a path cannot be read.
    fn read(&self, response: &Response) -> Result<Told, Failure> {
        let body = reply::body(response);
        let mut facts = facts(reply::show(response));
        if let Some(path) = parsed(&self.progress_json_path)? {
            match path.find(&body) {
                Some(Value::String(progress)) => {
                    facts.insert("progressMessage".to_owned(), progress.into());
                }
                found => {
                    let error = wrong("progress", &self.progress_json_path, found.as_ref(), "a text");
                    return Ok(Told { reading: Reading::Failed(error), facts });
                }
            }
        }
        let Some(path) = parsed(&self.status_json_path)? else {
            return Ok(Told { reading: Reading::Succeeded, facts });
        };
        let found = path.find(&body);
        let reading = match &found {
            Some(Value::Number(number)) => {
                facts.insert("percentComplete".to_owned(), number.clone().into());
                if number.as_i64() == Some(100) { Reading::Succeeded } else { Reading::Running }
            }
            Some(Value::String(status)) => self.named(status),
            Some(Value::Bool(status)) => self.named(&status.to_string()),
            other => Reading::Failed(wrong("status", &self.status_json_path, other.as_ref(), "a single value")),
        };
        if let Some(value) = found {
            facts.insert("resolvedValue".to_owned(), value);
        }
        Ok(Told { reading, facts })
    }

    /// A status by the lists; failure comes before cancelled, cancelled before success, and what is in none goes on.
    fn named(&self, status: &str) -> Reading {
        let listed = |list: &Csv| list.0.iter().any(|known| known.to_lowercase() == status.trim().to_lowercase());
        if listed(&self.terminal_statuses) {
            Reading::Failed(format!("The status is {status:?}."))
        } else if listed(&self.canceled_statuses) {
            Reading::Canceled
        } else if listed(&self.success_statuses) {
            Reading::Succeeded
        } else {
            Reading::Running
        }
    }
}

fn parsed(path: &str) -> Result<Option<Path>, Failure> {
    if path.trim().is_empty() { Ok(None) } else { Path::parse(path).map(Some) }
}

fn wrong(what: &str, path: &str, found: Option<&Value>, expected: &str) -> String {
    match found {
        None => format!("The {what} path {path:?} names nothing in the answer."),
        Some(_) => format!("The {what} path {path:?} does not name {expected}."),
    }
}
