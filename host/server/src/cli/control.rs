//! What `cancel`, `pause` and `resume` share: a wish about an execution.

use clap::Args;
use serde_json::json;

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output;

/// Which execution, and why.
#[derive(Args)]
pub(super) struct Control {
    /// The execution.
    execution: String,
    /// Why; shown with the execution and in the audit log.
    #[arg(long)]
    reason: Option<String>,
}

/// A wish and what it means.
pub(super) struct Wish {
    pub(super) verb: &'static str,
    pub(super) effect: &'static str,
}

impl Control {
    pub(super) fn say(&self, wish: Wish, context: &Context) -> Result<Exit, CliError> {
        let body = json!({ "reason": self.reason });
        let path = route::below("executions", &self.execution, wish.verb);
        let reply = context.client().post(&path, &Content::Json(&body))?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{}: {}", self.execution, wish.effect));
        }
        Ok(Exit::Success)
    }
}
