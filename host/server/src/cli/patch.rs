//! `mainsheet patch`: change the context of a stage that runs.

use clap::Args;
use domain::code::code;
use serde_json::{Map, Value};
use ureq::http::Method;

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet patch 01JD… 3 --set skipRemainingWait=true      the stage with the reference 3
  mainsheet patch 01JD… 'Cool down' --json '{\"waitTime\": 5}'";

/// Change the context of a running stage; the stage decides what that means.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The execution.
    execution: String,
    /// The stage: id, reference or name.
    stage: String,
    /// A key; a value that is JSON is taken as such, anything else as text.
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::run::pair, required_unless_present = "json")]
    set: Vec<(String, String)>,
    /// The keys as a JSON document.
    #[arg(long, value_name = "JSON", conflicts_with = "set")]
    json: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let stage = super::skip::stage(&client, &self.execution, &self.stage)?;
        let patch = self.patch()?;
        let reply = client.call(Method::PATCH, &route::stage(&self.execution, &stage.id), &Content::Json(&patch))?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{} of {} was told", stage.name, self.execution));
        }
        Ok(Exit::Success)
    }

    fn patch(&self) -> Result<Value, CliError> {
        let Some(text) = &self.json else {
            let parsed = self.set.iter().map(|(key, text)| {
                let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
                (key.clone(), value)
            });
            return Ok(Value::Object(parsed.collect::<Map<_, _>>()));
        };
        serde_json::from_str(text).map_err(|error| {
            CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("--json is no JSON document: {error}"))
        })
    }
}
