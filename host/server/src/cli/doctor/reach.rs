//! Whether the server answers, knows us, speaks our version, and what it says of itself.

use serde_json::Value;

use super::Finding;
use crate::cli::client::{Client, route};
use crate::cli::error::Exit;

/// What the server at the client's address says; first whether it answers at all.
pub(super) fn check(client: &Client) -> (bool, Vec<Finding>) {
    const CHECK: &str = "server";
    let answer = match client.get(&route::all("version")) {
        Ok(answer) => answer,
        Err(error) if error.exit == Exit::Unreachable => {
            return (false, vec![Finding::warning(CHECK, format!("{} does not answer", client.server()))]);
        }
        Err(error) => return (true, vec![Finding::broken(CHECK, error.message)]),
    };
    let mut findings = vec![version(client, &answer)];
    findings.push(ready(client));
    findings.push(token(client));
    findings.extend(refused(client));
    (true, findings)
}

fn version(client: &Client, answer: &Value) -> Finding {
    const CHECK: &str = "server";
    let own = env!("CARGO_PKG_VERSION");
    match answer.get("version").and_then(Value::as_str) {
        Some(version) if version == own => {
            Finding::ok(CHECK, format!("{} answers, version {version}", client.server()))
        }
        Some(version) => {
            Finding::warning(CHECK, format!("{} has version {version}, this program {own}", client.server()))
        }
        None => Finding::warning(CHECK, format!("{} answers, but does not say its version", client.server())),
    }
}

fn ready(client: &Client) -> Finding {
    const CHECK: &str = "database";
    match client.get(&route::all("health/ready")) {
        Ok(_) => Finding::ok(CHECK, "the server reads its database"),
        Err(error) => Finding::broken(CHECK, error.message),
    }
}

fn token(client: &Client) -> Finding {
    const CHECK: &str = "token";
    match super::super::get::whoami(client) {
        Ok(who) => Finding::ok(CHECK, format!("the server knows you as {who}")),
        Err(error) => Finding::warning(CHECK, error.message),
    }
}

/// Components of the watched folder that the server did not install.
fn refused(client: &Client) -> Option<Finding> {
    const CHECK: &str = "plugins";
    let refused = client.get(&route::all("plugins/refused")).ok()?;
    let items = refused.get("items").and_then(Value::as_array).or_else(|| refused.as_array())?;
    let files: Vec<&str> = items.iter().filter_map(|item| item.get("file")?.as_str()).collect();
    if files.is_empty() {
        return Some(Finding::ok(CHECK, "nothing in the plugin folder was refused"));
    }
    Some(Finding::warning(CHECK, format!("not installed: {}; see `mainsheet plugin list --refused`", files.join(", "))))
}
