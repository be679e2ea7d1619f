//! `mainsheet eval`: what an expression gives, here or on a server, and whether a file of cases holds.

mod cases;
mod local;
mod remote;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::code::{Code, code};
use serde_json::{Map, Value, json};

use super::Context;
use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet eval '1 + 1' '${\"a\"} and ${\"b\"}'             no names, no server
  mainsheet eval --context stage.json 'parameters.version'  against a context, no server
  mainsheet eval --execution 01JD… --stage 3 '#currentStage().name'
  mainsheet eval --cases expression-cases.jsonl             exit code 1 if one does not hold

A text with ${…} is a template, any other text is one expression.";

/// Evaluate expressions; each result is one line of JSON.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What to evaluate.
    #[arg(required_unless_present = "cases", value_name = "EXPRESSION")]
    expressions: Vec<String>,
    /// Evaluate on the server, against this execution.
    #[arg(long, value_name = "ID", conflicts_with = "context")]
    execution: Option<String>,
    /// As this stage of the execution sees it: id or reference.
    #[arg(long)]
    stage: Option<String>,
    /// Evaluate here, against the JSON object in this file (`-` for standard input).
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Run the cases in this file, one JSON object a line; contexts that they name are in `expression-contexts.json` beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["expressions", "execution", "stage", "context"])]
    cases: Option<PathBuf>,
}

/// What one expression gave.
struct Outcome {
    /// The text as it was asked.
    expression: String,
    /// Its value, or why it has none.
    result: Result<Value, Failed>,
}

/// Why an expression has no value.
struct Failed {
    code: Code,
    message: String,
    column: u64,
    line: u64,
    /// Names that exist and look like the one that was not found.
    nearest: Vec<String>,
    /// The same as JSON, as the API shows it.
    shown: Value,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        if let Some(path) = &self.cases {
            return cases::run(path, context);
        }
        let stage = self.stage.as_deref();
        let outcomes = match &self.execution {
            Some(execution) => remote::evaluate(&context.client(), execution, stage, &self.expressions)?,
            None => {
                let given = self.context.as_deref().map(object).transpose()?.unwrap_or_default();
                local::evaluate(&given, stage, &self.expressions)?
            }
        };
        let mut exit = Exit::Success;
        for outcome in &outcomes {
            if outcome.result.is_err() {
                exit = Exit::Failed;
            }
            outcome.print(context);
        }
        Ok(exit)
    }
}

impl Outcome {
    fn print(&self, context: &Context) {
        match (&self.result, context.json()) {
            (Ok(value), true) => output::json_line(&json!({ "expression": self.expression, "value": value })),
            (Ok(value), false) => output::json_line(value),
            (Err(failed), true) => {
                output::json_line(&json!({ "expression": self.expression, "error": failed.shown }));
            }
            (Err(failed), false) => failed.error(&self.expression).print(output::Format::Text),
        }
    }
}

impl Failed {
    /// Reads the form that the API shows.
    fn read(shown: Value) -> Failed {
        let text = |key: &str| shown.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |key: &str| shown.get(key).and_then(Value::as_u64).unwrap_or(1);
        let nearest = shown.get("nearest").and_then(Value::as_array).into_iter().flatten();
        let nearest = nearest.filter_map(Value::as_str).map(str::to_owned).collect();
        let (line, column) = (number("line"), number("column"));
        Failed { code: text("code").into(), message: text("message"), column, line, nearest, shown }
    }

    fn error(&self, expression: &str) -> CliError {
        let line = if self.line > 1 { format!("line {}, ", self.line) } else { String::new() };
        let mut message = format!("{} ({line}column {} of `{expression}`)", self.message, self.column);
        if !self.nearest.is_empty() {
            message.push_str(&format!("; did you mean `{}`?", self.nearest.join("` or `")));
        }
        CliError::new(Exit::Failed, self.code.clone(), message)
    }
}

/// The text of a file, or of standard input.
fn text(path: &Path) -> Result<String, CliError> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| unreadable(path, &error.to_string()))
}

/// The JSON object in a file.
fn object(path: &Path) -> Result<Map<String, Value>, CliError> {
    match serde_json::from_str(&text(path)?) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(unreadable(path, "it must be a JSON object: names and what they mean")),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

fn unreadable(path: &Path, reason: &str) -> CliError {
    CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("{}: {reason}", path.display()))
}
