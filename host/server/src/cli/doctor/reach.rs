//! Whether the server answers, knows us, speaks our version, and what it says of itself.

use serde_json::Value;

use super::Finding;
use crate::cli::client::{Client, route};
use crate::cli::error::Exit;

/// What the server at the client's address says; first whether it answers at all.
pub(super) fn check(client: &Client) -> (bool, Vec<Finding>) {
    const CHECK: &str = "server";
    let health = match client.get(&route::all("health")) {
        Ok(health) => health,
        Err(error) if error.exit == Exit::Unreachable => {
            return (false, vec![Finding::warning(CHECK, format!("{} does not answer", client.server()))]);
        }
        Err(error) => return (true, vec![Finding::broken(CHECK, error.message)]),
    };
    let mut findings = vec![version(client, &health)];
    findings.push(token(client));
    (true, findings)
}

fn version(client: &Client, health: &Value) -> Finding {
    const CHECK: &str = "server";
    let own = env!("CARGO_PKG_VERSION");
    match health.get("version").and_then(Value::as_str) {
        Some(version) if version == own => Finding::ok(CHECK, format!("{} answers, version {version}", client.server())),
        Some(version) => Finding::warning(CHECK, format!("{} has version {version}, this program {own}", client.server())),
        None => Finding::warning(CHECK, format!("{} answers, but does not say its version", client.server())),
    }
}

fn token(client: &Client) -> Finding {
    const CHECK: &str = "token";
    match super::super::get::whoami(client) {
        Ok(who) => Finding::ok(CHECK, format!("the server knows you as {who}")),
        Err(error) => Finding::warning(CHECK, error.message),
    }
}
