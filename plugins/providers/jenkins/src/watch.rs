//! Operations `number` and `build`: ask until a build has left the queue, and until it has ended.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::server::{Server, shown};

/// Milliseconds between two looks, and after which it is given up.
const AGAIN: u32 = 10_000;
const GIVE_UP: f64 = 7_200_000.0;
/// How often in a row the server may be unable to answer.
const TOLERATED: u32 = 5;

/// A build to watch.
#[config]
pub struct Watch {
    /// The server: an address, or an account's name.
    #[field(en = "Server", zh = "CI 服务器", required)]
    master: String,
    /// The job; folders with `/`.
    #[field(en = "Job", zh = "任务", required)]
    job: String,
    /// Address of its place in the queue, for `number`.
    #[field(en = "Queued build", zh = "排队中的构建")]
    queued_build: String,
    /// Its number, for `build`.
    #[field(en = "Number", zh = "构建号")]
    number: Value,
}

/// Where a look leaves off.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Checkpoint {
    /// When the first was made.
    since: Option<f64>,
    /// Looks in a row that the server could not answer.
    errors: u32,
}

/// Answers `{number}` once the build has begun.
pub fn number(input: Watch, call: OperationCall) -> Result<Progress, Failure> {
    let server = Server::new(&input.master, &call)?;
    let item = format!("{}/api/json", input.queued_build.trim_end_matches('/'));
    look(&call, server.read(&item), |item| {
        if item.get("cancelled").and_then(Value::as_bool) == Some(true) {
            let message = "The build was taken out of the queue before it began.";
            return Err(Failure::new(FailureClass::Cancelled, code("build.taken-out"), message));
        }
        let number = item.pointer("/executable/number").cloned();
        Ok(number.map(|number| json!({ "number": number })).ok_or_else(|| json!({ "why": item.get("why") })))
    })
}

/// Answers what the build is once it has ended: `{name, number, url, result, building, artifacts, scm, fullDisplayName, testResults}`.
pub fn build(input: Watch, call: OperationCall) -> Result<Progress, Failure> {
    let server = Server::new(&input.master, &call)?;
    let address = format!("{}/api/json", server.build(&input.job, &input.number));
    look(&call, server.read(&address), |build| {
        let is_building = build.get("building").and_then(Value::as_bool) == Some(true);
        let has_ended = !is_building && build.get("result").is_some_and(|result| !result.is_null());
        Ok(if has_ended {
            Ok(info(&input.job, build))
        } else {
            Err(json!({ "url": build.get("url"), "building": true }))
        })
    })
}

/// One look: the answer, or what people see until the next.
fn look(
    call: &OperationCall,
    found: Result<Value, Failure>,
    read: impl FnOnce(&Value) -> Result<Result<Value, Value>, Failure>,
) -> Result<Progress, Failure> {
    if call.cancelling {
        return Err(Failure::new(FailureClass::Cancelled, code("build.taken-out"), "The build is no longer watched."));
    }
    let mut checkpoint: Checkpoint = call.checkpoint();
    let since = *checkpoint.since.get_or_insert(call.meta.now);
    let shown = match found {
        Ok(found) => {
            checkpoint.errors = 0;
            match read(&found)? {
                Ok(answer) => return Ok(Progress::Done(answer)),
                Err(shown) => shown,
            }
        }
        Err(failure) if failure.class.may_be_tried_again() && checkpoint.errors < TOLERATED => {
            checkpoint.errors += 1;
            json!({ "problem": failure.message })
        }
        Err(failure) => return Err(failure),
    };
    if call.meta.now - since >= GIVE_UP {
        let message = "The build did not come so far within two hours.";
        return Err(Failure::new(FailureClass::TimedOut, code("http.poll-timed-out"), message));
    }
    Ok(Progress::again(&checkpoint).after(AGAIN).showing(shown))
}

/// What pipelines read of a build.
fn info(job: &str, build: &Value) -> Value {
    let keys = ["number", "url", "result", "building", "duration", "timestamp", "fullDisplayName", "artifacts"];
    let mut info: Map<String, Value> =
        keys.iter().filter_map(|key| Some(((*key).to_owned(), build.get(*key)?.clone()))).collect();
    info.insert("name".to_owned(), job.into());
    let actions = || build.get("actions").and_then(Value::as_array).into_iter().flatten();
    let scm: Vec<Value> = actions().filter_map(revision).collect();
    if !scm.is_empty() {
        info.insert("scm".to_owned(), scm.into());
    }
    let counted = |action: &&Value| action.get("totalCount").is_some();
    let tests: Vec<Value> = actions().filter(counted).cloned().collect();
    if !tests.is_empty() {
        info.insert("testResults".to_owned(), tests.into());
    }
    info.into()
}

/// The revision that was built, of an action of the git plugin.
fn revision(action: &Value) -> Option<Value> {
    let revision = action.get("lastBuiltRevision")?;
    let branch = revision.pointer("/branch/0/name").map(shown).unwrap_or_default();
    let remote = action.pointer("/remoteUrls/0").map(shown).unwrap_or_default();
    let name = branch.strip_prefix("refs/remotes/").unwrap_or(&branch);
    let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
    Some(json!({ "name": name, "branch": short, "sha1": revision.get("SHA1"), "remoteUrl": remote }))
}
