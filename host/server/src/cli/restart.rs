//! `mainsheet restart`: run a stage again.

use clap::Args;
use serde_json::json;
use ureq::http::Method;

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet restart 01JD… Deploy
  mainsheet restart 01JD… 3 --reason 'the registry is back'";

/// Restart a stage that is over, and what comes after it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The execution.
    execution: String,
    /// The stage: id, reference or name.
    stage: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let stage = super::skip::stage(&client, &self.execution, &self.stage)?;
        let path = format!("{}/restart", route::stage(&self.execution, &stage.id));
        let reply = client.call(Method::PUT, &path, &Content::Json(&json!({ "reason": self.reason })))?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{} of {} is being restarted", stage.name, self.execution));
        }
        Ok(Exit::Success)
    }
}
