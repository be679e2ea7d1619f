//! Operation `start`: puts a build into the server's queue.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::server::{Server, shown};

/// Milliseconds between two tries at a server that cannot be reached, and after which that is given up.
const AGAIN: u32 = 30_000;
const GIVE_UP: f64 = 900_000.0;

/// A build to start.
#[config]
pub struct Start {
    /// The server: an address, or an account's name.
    #[field(en = "Server", zh = "CI 服务器", required)]
    master: String,
    /// The job; folders with `/`.
    #[field(en = "Job", zh = "任务", required)]
    job: String,
    /// Parameters of the build.
    #[field(en = "Parameters", zh = "构建参数", widget = "key-value")]
    parameters: Map<String, Value>,
}

/// Starts it. Tried again only where no request can have arrived: twice started are two builds.
pub fn start(input: Start, call: OperationCall) -> Result<Progress, Failure> {
    let since: Option<f64> = call.checkpoint();
    let since = since.unwrap_or(call.meta.now);
    if call.cancelling {
        return Err(Failure::new(FailureClass::Cancelled, code("build.taken-out"), "The build was not started."));
    }
    let server = Server::new(&input.master, &call)?;
    let form: Vec<(String, String)> =
        input.parameters.iter().map(|(name, value)| (name.clone(), shown(value))).collect();
    let verb = if form.is_empty() { "build" } else { "buildWithParameters" };
    let sent = server.post(&format!("{}/{verb}", server.job(&input.job)), &form);
    match sent {
        Ok(response) => match response.header("location") {
            Some(item) => Ok(Progress::Done(json!({ "queuedBuild": item }))),
            None => {
                let message = "The server did not say where the build is queued.";
                Err(Failure::new(FailureClass::Internal, code("http.status"), message))
            }
        },
        Err(failure) if failure.code == "http.unresolved" && call.meta.now - since < GIVE_UP => {
            Ok(Progress::again(&since).after(AGAIN).showing(json!({ "problem": failure.message })))
        }
        Err(failure) => Err(failure),
    }
}
