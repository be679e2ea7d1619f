//! Guest `caller`: a provider that calls an address and tells what came, so that tests can see what an address is worth.

use mainsheet_sdk::http;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, OperationKind, Progress, ProviderPlugin, QueryCall, QueryKind};

/// What to call.
#[config]
pub struct Call {
    /// Address.
    url: String,
    /// Method.
    #[field(default = "GET".to_owned())]
    method: String,
    /// Text to send.
    body: String,
    /// Redirects to follow.
    #[field(default = Integer(5))]
    redirects: Integer,
    /// Milliseconds to wait.
    timeout: Millis,
}

impl Call {
    fn send(self, account: Option<String>) -> Result<Value, Failure> {
        let mut request = http::Request::new(self.method, self.url).identity(account);
        request.body = self.body.into_bytes();
        request.redirects = u32::try_from(self.redirects.0).unwrap_or(0);
        request.timeout = u32::try_from(self.timeout.0).unwrap_or(0);
        let response = request.send()?;
        Ok(json!({ "status": response.status, "body": response.text(), "headers": response.headers }))
    }
}

/// A failure of the call is the operation's failure.
fn operate(call: Call, context: OperationCall) -> Result<Progress, Failure> {
    call.send(context.account.map(|account| account.name)).map(Progress::Done)
}

fn read(call: Call, context: QueryCall) -> Result<Value, Failure> {
    call.send(context.account.map(|account| account.name))
}

/// An account of it: the hosts that get its credentials.
#[config]
pub struct Account {
    /// Hosts.
    hosts: Vec<String>,
}

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new("caller", env!("CARGO_PKG_VERSION"))
        .label("Caller", "呼叫")
        .operation(OperationKind::new("call", operate))
        .query(QueryKind::new("call", read))
        .account::<Account>(&["basic", "bearer", "header"])
        .wants_http(&["*"])
}

mainsheet_sdk::export_provider!(plugin);
