//! Operation `stop`: stops a build, or takes it out of the queue.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::server::Server;

/// A build to stop.
#[config]
pub struct Stop {
    /// The server: an address, or an account's name.
    #[field(en = "Server", zh = "CI 服务器", required)]
    master: String,
    /// The job; folders with `/`.
    #[field(en = "Job", zh = "任务", required)]
    job: String,
    /// Address of its place in the queue.
    #[field(en = "Queued build", zh = "排队中的构建")]
    queued_build: String,
    /// Its number, once it has one.
    #[field(en = "Number", zh = "构建号")]
    number: Option<Value>,
}

/// Stops it. One that has gone meanwhile needs no stop; one that has left the queue meanwhile is stopped as a build.
pub fn stop(input: Stop, call: OperationCall) -> Result<Progress, Failure> {
    let server = Server::new(&input.master, &call)?;
    let item = input.queued_build.trim_end_matches('/');
    let number = match input.number.filter(|number| !number.is_null()) {
        Some(number) => Some(number),
        None => {
            gone(server.read(&format!("{item}/api/json")))?.and_then(|item| item.pointer("/executable/number").cloned())
        }
    };
    match number {
        Some(number) => {
            gone(server.post(&format!("{}/stop", server.build(&input.job, &number)), &[]))?;
            Ok(Progress::Done(json!({ "stopped": number })))
        }
        None => {
            let (address, id) = item.rsplit_once("/item/").unwrap_or((item, ""));
            gone(server.post(&format!("{address}/cancelItem"), &[("id".to_owned(), id.to_owned())]))?;
            Ok(Progress::Done(json!({ "cancelled": id })))
        }
    }
}

fn gone<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.class == FailureClass::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}
