//! `mainsheet system`: pause the whole server, resume it, and look whether it is paused.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet system status
  mainsheet system pause --reason 'database move'
  mainsheet system pause --running             and pause what runs
  mainsheet system resume";

/// Pause the whole server, and resume it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Whether the server starts executions.
    #[command(after_help = EXAMPLES)]
    Status,
    /// Start nothing any more: starts are refused, events of triggers are recorded.
    #[command(after_help = EXAMPLES)]
    Pause {
        /// Why; shown to whoever is refused, and in the audit log.
        #[arg(long)]
        reason: Option<String>,
        /// Also pause what runs; `resume` lets it go on.
        #[arg(long)]
        running: bool,
    },
    /// Start executions again, and let go on what the pause has paused.
    #[command(after_help = EXAMPLES)]
    Resume,
}

impl Arguments {
    pub fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let system = match &self.verb {
            Verb::Status => client.get(&route::all("system"))?,
            Verb::Pause { reason, running } => {
                let body = json!({ "reason": reason, "running": running });
                client.post(&route::one("system", "pause"), &Content::Json(&body))?
            }
            Verb::Resume => client.post(&route::one("system", "resume"), &Content::None)?,
        };
        if context.json() {
            output::json(&system);
        } else {
            output::line(&words(&system));
        }
        Ok(Exit::Success)
    }
}

fn words(system: &Value) -> String {
    if system.get("paused").and_then(Value::as_bool) != Some(true) {
        return "the server starts executions".to_owned();
    }
    let text = |key| system.get(key).and_then(Value::as_str).unwrap_or_default();
    let why = Some(text("reason")).filter(|why| !why.is_empty()).map(|why| format!(": {why}")).unwrap_or_default();
    format!("paused by {} since {}{why}", text("by"), text("since"))
}
