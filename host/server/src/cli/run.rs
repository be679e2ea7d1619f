//! `mainsheet run`: start a pipeline, and follow it if asked to.

use clap::Args;
use serde_json::{Map, Value, json};

use super::Context;
use super::client::{Client, Content, route};
use super::error::{CliError, Exit};
use super::live;
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet run shop release                                   start it; print the execution
  mainsheet run shop release --follow                          … and watch it to its end
  mainsheet run shop release --param version=1.2.3 --param environment=staging
  mainsheet run shop release --follow --output json            every event on a line, the execution last

With --follow the exit code tells the end: 0 succeeded, 1 failed, 3 cancelled. Ctrl-C stops watching, not the execution.";

/// Start a pipeline.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Application.
    application: String,
    /// Pipeline, by name or id.
    pipeline: String,
    /// A parameter; may be given several times.
    #[arg(long = "param", short, value_name = "KEY=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// The same id again while the execution is open starts nothing: it is answered with that execution.
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,
    /// Watch it until it ends.
    #[arg(long, short)]
    follow: bool,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let parameters =
            self.parameters.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        let correlation = self.correlation_id.as_deref();
        let started = start(&client, &self.application, &self.pipeline, parameters, correlation)?;
        let execution = live::read(&started)?;
        if self.follow {
            return live::follow(&client, &execution.id, context.format);
        }
        if context.json() {
            output::json(&started);
        } else {
            output::line(&format!("started {} (watch it with `mainsheet watch {}`)", execution.id, execution.id));
        }
        Ok(Exit::Success)
    }
}

/// Starts a pipeline and answers with the execution.
///
/// # Errors
/// The server refuses or is unreachable.
pub fn start(
    client: &Client,
    application: &str,
    pipeline: &str,
    parameters: Map<String, Value>,
    correlation: Option<&str>,
) -> Result<Value, CliError> {
    let path = format!("{}/executions", route::pipeline(application, pipeline));
    let mut trigger = json!({ "parameters": parameters });
    if let Some(correlation) = correlation {
        trigger["correlationId"] = correlation.into();
    }
    client.post(&path, &Content::Json(&trigger))
}

/// `key=value`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as key=value".into()),
    }
}
