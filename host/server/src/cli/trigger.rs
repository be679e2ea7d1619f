//! `mainsheet trigger`: what a payload would start, and what events came to.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::code::code;
use serde_json::{Map, Value, json};

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output::{self, Columns};
use super::run::pair;

const EXAMPLES: &str = "\
Examples:
  mainsheet trigger test shop release --payload push.json
  mainsheet trigger test shop release --payload push.json --source ci --header X-Event-Key=repo:push
  mainsheet trigger test shop nightly                    the next dates of its schedules
  mainsheet get trigger-events -a shop --pipeline release  what has been heard, and what came of it

Nothing is started or recorded. The exit code is 0 if a trigger would start an execution, 1 if none would.";

/// Heads of the list of events, each row one trigger that an event was looked at for.
pub(super) const COLUMNS: Columns = &[
    ("received", "/received"),
    ("type", "/type"),
    ("event", "/key"),
    ("pipeline", "/pipeline"),
    ("trigger", "/trigger"),
    ("came to", "/outcome"),
];

/// Try the triggers of a pipeline.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Test(Test),
}

/// Show which triggers a payload would fire, with which parameters, and why the others would not.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
struct Test {
    /// Application.
    application: String,
    /// Pipeline, by name or id.
    pipeline: String,
    /// The payload: a JSON file, or `-` for standard input; without it `{}`.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
    /// Source that it would be sent to; without it each trigger's own.
    #[arg(long)]
    source: Option<String>,
    /// Only triggers of this type.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// A header of the request; may be given several times.
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    headers: Vec<(String, String)>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let Verb::Test(test) = &self.verb;
        test.run(context)
    }
}

impl Test {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let payload = self.payload.as_deref().map(read).transpose()?.unwrap_or_else(|| json!({}));
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let mut sample = json!({ "payload": payload, "headers": headers });
        for (key, value) in [("source", &self.source), ("type", &self.kind)] {
            if let (Some(members), Some(value)) = (sample.as_object_mut(), value) {
                members.insert(key.into(), value.as_str().into());
            }
        }
        let path = format!("{}/triggers/test", route::pipeline(&self.application, &self.pipeline));
        let answer = context.client().post(&path, &Content::Json(&sample))?;
        let items = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        if context.json() {
            output::json(&answer);
        } else if items.is_empty() {
            output::line("the pipeline has no such triggers");
        } else {
            items.iter().flat_map(lines).for_each(|line| output::line(&line));
        }
        let starts = items.iter().any(|item| item.get("starts") == Some(&Value::Bool(true)));
        Ok(if starts { Exit::Success } else { Exit::Failed })
    }
}

/// What came of one trigger, as people read it.
fn lines(item: &Value) -> Vec<String> {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let number = item.get("trigger").and_then(Value::as_u64).unwrap_or_default();
    let head = format!("trigger {number} ({})", text("type").unwrap_or_default());
    let mut lines = match (text("message"), text("fails")) {
        (Some(message), _) => vec![format!("{head}: no, {}: {message}", text("code").unwrap_or_default())],
        (None, Some(fails)) => vec![format!("{head}: would start an execution that fails at once: {fails}")],
        (None, None) => vec![format!("{head}: would start an execution")],
    };
    let parameters = item.get("parameters").and_then(Value::as_object).into_iter().flatten();
    lines.extend(parameters.map(|(name, value)| format!("  {name} = {value}")));
    if let Some(schedule) = item.pointer("/executionTrigger/schedule").and_then(Value::as_str) {
        lines.push(format!("  {schedule}"));
    }
    let dates = item.get("dates").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    lines.extend(dates.map(|date| format!("  next {date}")));
    lines
}

/// One row for each trigger that an event was looked at for; one for an event that was looked at for none.
pub(super) fn rows(events: &[Value]) -> Vec<Value> {
    let mut rows = Vec::new();
    for event in events {
        let of = |key: &str| event.get(key).cloned().unwrap_or_default();
        let row = |outcome: &Value, came: String| {
            let part = |key: &str| outcome.get(key).cloned().unwrap_or_default();
            json!({ "received": of("received"), "type": of("type"), "key": of("key"), "pipeline": part("pipeline"),
                "trigger": part("trigger"), "outcome": came })
        };
        let outcomes = event.get("outcomes").and_then(Value::as_array).cloned().unwrap_or_default();
        if outcomes.is_empty() {
            rows.push(row(&Value::Null, "nobody listens".into()));
        }
        for outcome in &outcomes {
            let text = |key: &str| outcome.get(key).and_then(Value::as_str).unwrap_or_default();
            let came = match text("execution") {
                "" => format!("{}: {}", text("code"), text("message")),
                execution => format!("started {execution}"),
            };
            rows.push(row(outcome, came));
        }
    }
    rows
}

fn read(path: &Path) -> Result<Value, CliError> {
    let unreadable = |why: &dyn std::fmt::Display| {
        CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("{}: {why}", path.display()))
    };
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| unreadable(&error))?;
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| unreadable(&error))?;
    if value.is_object() { Ok(value) } else { Err(unreadable(&"a payload is a JSON object")) }
}
