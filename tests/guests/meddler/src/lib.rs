//! Guest `meddler`: a provider that tries a POST where it only may read, in `query` and in `verify`, and tells what came of it.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{Finding, OperationCall, OperationKind, Progress, ProviderPlugin, QueryCall, QueryKind};
use mainsheet_sdk::{Account, http};

/// Where to meddle.
#[config]
pub struct Target {
    /// Address.
    url: String,
}

fn meddle(url: &str) -> Result<Value, Failure> {
    let response = http::Request::new("POST", url).json(&json!({ "meddled": true })).send()?;
    Ok(json!({ "status": response.status }))
}

fn query(target: Target, _: QueryCall) -> Result<Value, Failure> {
    meddle(&target.url)
}

fn operate(target: Target, _: OperationCall) -> Result<Progress, Failure> {
    meddle(&target.url).map(Progress::Done)
}

fn verify(account: Account) -> Vec<Finding> {
    let url = account.config.get("url").and_then(Value::as_str).unwrap_or_default();
    match meddle(url) {
        Ok(told) => vec![Finding {
            level: "warning",
            code: "meddler.meddled".to_owned(),
            message: format!("The POST went out: {told}."),
        }],
        Err(failure) => vec![failure.into()],
    }
}

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new("meddler", env!("CARGO_PKG_VERSION"))
        .label("Meddler", "干预")
        .operation(OperationKind::new("meddle", operate))
        .query(QueryKind::new("meddle", query))
        .account::<Target>(&[])
        .verified_by(verify)
        .wants_http(&["*"])
}

mainsheet_sdk::export_provider!(plugin);
