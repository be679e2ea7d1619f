//! `mainsheet simulate`: what would happen if a pipeline were started.

use std::path::Path;

use clap::Args;
use domain::code::code;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Context;
use super::apply::document::{self, Kind};
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output::{self, Table};

const EXAMPLES: &str = "\
Examples:
  mainsheet simulate shop release --param version=1.2.3        a stored pipeline
  mainsheet simulate release.yaml                              a file; nothing of it is stored
  mainsheet simulate release.yaml --answers answers.yaml       with answers of your own
  mainsheet simulate shop release --depth 2                    child pipelines, and theirs, are played too

Answers (JSON or YAML): stages by reference or name, then labels, * for any:
  stages:
    Approve: { \"*\": { value: { status: stop }, after: 3600000 } }
    Deploy:  { \"*\": { failure: the cluster is full } }

Exit codes: 0 it would succeed, 1 it would fail or wait for ever, 3 it would be cancelled.";

/// Play a pipeline without any effect: the real stages, modelled answers.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A file with a pipeline, or the application of a stored one.
    #[arg(value_name = "FILE|APPLICATION")]
    source: String,
    /// The stored pipeline, by name or id.
    pipeline: Option<String>,
    /// A parameter; may be given several times.
    #[arg(long = "param", short, value_name = "KEY=VALUE", value_parser = super::run::pair)]
    parameters: Vec<(String, String)>,
    /// What requests and questions are answered with.
    #[arg(long, value_name = "FILE")]
    answers: Option<String>,
    /// Levels of child pipelines that are played; those below are modelled as succeeded.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=4))]
    depth: u32,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let parameters: Map<String, Value> =
            self.parameters.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        let mut body = json!({ "trigger": { "parameters": parameters }, "depth": self.depth });
        if let Some(file) = &self.answers {
            body["answers"] = answers(file)?;
        }
        let path = match &self.pipeline {
            Some(pipeline) => format!("{}/simulate", route::pipeline(&self.source, pipeline)),
            None => {
                body["document"] = self.document()?;
                route::all("simulate")
            }
        };
        let played = context.client().post(&path, &Content::Json(&body))?;
        if context.json() {
            output::json(&played);
        } else {
            print(&played);
        }
        Ok(match played.get("status").and_then(Value::as_str) {
            Some("SUCCEEDED") => Exit::Success,
            Some("CANCELED") => Exit::Cancelled,
            _ => Exit::Failed,
        })
    }

    fn document(&self) -> Result<Value, CliError> {
        if self.source != "-" && !Path::new(&self.source).exists() {
            let message = format!(
                "There is no file `{0}`. For a stored pipeline name both: mainsheet simulate {0} PIPELINE.",
                self.source
            );
            return Err(CliError::new(Exit::Usage, code("cli.document-unreadable"), message));
        }
        let mut pipelines: Vec<Value> = document::read(&self.source)?
            .into_iter()
            .filter(|document| document.kind == Kind::Pipeline)
            .map(|document| document.value)
            .collect();
        match (pipelines.pop(), pipelines.is_empty()) {
            (Some(only), true) => Ok(only),
            (found, _) => {
                let count = pipelines.len() + usize::from(found.is_some());
                let message = format!("`{}` holds {count} pipelines; give a file with one.", self.source);
                Err(CliError::new(Exit::Usage, code("cli.document-unknown"), message))
            }
        }
    }
}

/// Answers out of a file, JSON or YAML.
fn answers(file: &str) -> Result<Value, CliError> {
    let unreadable = |reason: String| {
        CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("`{file}` cannot be read: {reason}"))
    };
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(&text).map_err(|error| unreadable(format!("it is no JSON: {error}")));
    }
    let mut documents = serde_norway::Deserializer::from_str(&text);
    let Some(document) = documents.next() else { return Ok(Value::Null) };
    Value::deserialize(document).map_err(|error| unreadable(format!("it is no YAML: {error}")))
}

fn print(played: &Value) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| played.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut timeline = Table::new(["at", "pipeline", "what"]);
    for moment in list("timeline") {
        timeline.row([span(moment.get("at")), text(moment.get("pipeline")), happening(&moment)]);
    }
    timeline.print("Nothing would happen.");
    let requests = list("requests");
    if !requests.is_empty() {
        output::line("\nRequests that would be made:");
        let mut table = Table::new(["at", "stage", "label", "what", "input", "assumed"]);
        for wanted in &requests {
            let by = text(wanted.get("provider"));
            let name = [by, text(wanted.get("name"))].into_iter().filter(|part| !part.is_empty());
            let what = format!("{} {}", text(wanted.get("kind")), name.collect::<Vec<String>>().join(" "));
            let input = wanted.get("input").map(Value::to_string).unwrap_or_default();
            let (at, stage, label) = (span(wanted.get("at")), text(wanted.get("stage")), text(wanted.get("label")));
            table.row([at, stage, label, what, input, assumed(wanted)]);
        }
        table.print("");
    }
    let questions = list("questions");
    if !questions.is_empty() {
        output::line("\nA person would be asked:");
        let mut table = Table::new(["at", "stage", "label", "question", "roles", "assumed"]);
        for asked in &questions {
            let roles = asked.get("roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let roles = roles.collect::<Vec<&str>>().join(",");
            let (at, stage, label) = (span(asked.get("at")), text(asked.get("stage")), text(asked.get("label")));
            table.row([at, stage, label, text(asked.get("title")), roles, assumed(asked)]);
        }
        table.print("");
    }
    for note in list("notes").iter().filter_map(Value::as_str) {
        output::line(&format!("\nnote: {note}"));
    }
    let (status, duration) = (text(played.get("status")), span(played.get("duration")));
    output::line(&if status == "RUNNING" {
        "\nIt would wait for ever.".to_owned()
    } else {
        format!("\nIt would end {status} after {duration}.")
    });
}

/// Milliseconds as people read them.
fn span(millis: Option<&Value>) -> String {
    let millis = millis.and_then(Value::as_i64).unwrap_or(0);
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let (seconds, rest) = (millis / 1_000 % 60, millis % 1_000);
    let seconds = if rest == 0 { format!("{seconds}s") } else { format!("{seconds}.{rest:03}s") };
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes}m{seconds}"),
    }
}

fn happening(moment: &Value) -> String {
    let event = moment.get("event").cloned().unwrap_or_default();
    let word = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let stage = moment.get("stage").and_then(Value::as_str).map(|name| format!(" {name}")).unwrap_or_default();
    let more = match word("type") {
        "stage.phase" => format!(": {}", word("phase")),
        "stage.ended" | "execution.ended" => {
            let why = event.pointer("/problem/message").and_then(Value::as_str);
            format!(" {}{}", word("status"), why.map(|why| format!(": {why}")).unwrap_or_default())
        }
        "operation.ordered" => format!(": {} {}", word("provider"), word("operation")),
        "question.asked" => format!(": {}", word("title")),
        _ => String::new(),
    };
    format!("{}{stage}{more}", word("type"))
}

fn assumed(of: &Value) -> String {
    let answer = of.get("answer").cloned().unwrap_or_default();
    let given = answer.get("given").and_then(Value::as_bool) == Some(true);
    let text = match answer.get("failure").and_then(Value::as_str) {
        Some(failure) => format!("failure: {failure}"),
        None => answer.get("value").map(Value::to_string).unwrap_or_default(),
    };
    if given { format!("{text} (given)") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_by_people() {
        let text = |millis: i64| span(Some(&json!(millis)));
        assert_eq!([text(0), text(1_500), text(61_000), text(3_723_000)], ["0s", "1.500s", "1m1s", "1h2m3s"]);
    }
}
