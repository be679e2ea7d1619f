//! Operation `properties`: the keys of a file that a build kept.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::server::{Server, encoded};

/// Milliseconds between two tries, and how many there are.
const AGAIN: u32 = 10_000;
const TRIES: u32 = 5;

/// A file of a build.
#[config]
pub struct Properties {
    /// The server: an address, or an account's name.
    #[field(en = "Server", zh = "CI 服务器", required)]
    master: String,
    /// The job; folders with `/`.
    #[field(en = "Job", zh = "任务", required)]
    job: String,
    /// The build.
    #[field(en = "Number", zh = "构建号", required)]
    number: Value,
    /// The file, by its name or a part of its path.
    #[field(en = "File", zh = "文件", required)]
    file: String,
}

/// Answers the keys: of a JSON object, else of `key=value` lines.
pub fn properties(input: Properties, call: OperationCall) -> Result<Progress, Failure> {
    let tries: u32 = call.checkpoint();
    if call.cancelling {
        return Err(Failure::new(FailureClass::Cancelled, code("build.taken-out"), "The file is no longer wanted."));
    }
    let server = Server::new(&input.master, &call)?;
    match read(&input, &server) {
        Ok(properties) => Ok(Progress::Done(properties.into())),
        Err(failure) if failure.class.may_be_tried_again() && tries < TRIES => {
            Ok(Progress::again(&(tries + 1)).after(AGAIN).showing(json!({ "problem": failure.message })))
        }
        Err(failure) => Err(failure),
    }
}

fn read(input: &Properties, server: &Server) -> Result<Map<String, Value>, Failure> {
    let build = server.build(&input.job, &input.number);
    let kept = server.read(&format!("{build}/api/json?tree=artifacts%5BfileName,relativePath%5D"))?;
    let files: Vec<&Value> = kept.get("artifacts").and_then(Value::as_array).into_iter().flatten().collect();
    let text = |file: &Value, key: &str| file.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let wanted = input.file.as_str();
    let found = files.iter().find(|file| text(file, "fileName") == wanted);
    let found = found.or_else(|| files.iter().find(|file| text(file, "relativePath").contains(wanted)));
    let missing = |why: &str| Failure::new(FailureClass::NotFound, code("build.no-properties"), why);
    let Some(found) = found else {
        return Err(missing(&format!("The build kept no file `{wanted}`.")));
    };
    let path: Vec<String> = text(found, "relativePath").split('/').map(encoded).collect();
    let content = server.get(&format!("{build}/artifact/{}", path.join("/")))?.text();
    let properties = if wanted.ends_with(".json") || content.trim_start().starts_with('{') {
        match mainsheet_sdk::serde_json::from_str(&content) {
            Ok(Value::Object(members)) => members,
            _ => return Err(missing(&format!("The file `{wanted}` is no JSON object."))),
        }
    } else {
        lines(&content)
    };
    if properties.is_empty() { Err(missing(&format!("The file `{wanted}` has no keys."))) } else { Ok(properties) }
}

/// Lines `key=value` or `key: value`; those that begin with `#` or `!` are comments, and `\` at the end of one joins the next to it.
fn lines(content: &str) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut joined = String::new();
    for line in content.lines() {
        let line = line.trim_start();
        if joined.is_empty() && (line.starts_with('#') || line.starts_with('!')) {
            continue;
        }
        if let Some(begun) = line.strip_suffix('\\') {
            joined.push_str(begun);
            continue;
        }
        joined.push_str(line);
        if let Some((key, value)) = joined.split_once(['=', ':']) {
            properties.insert(key.trim().to_owned(), value.trim().into());
        }
        joined.clear();
    }
    properties
}
