//! `mainsheet apply`: save presets, applications and pipelines.

pub(super) mod document;

use clap::Args;
use domain::code::code;
use serde::Serialize;
use serde_json::Value;
use ureq::http::Method;

use super::Context;
use super::client::{Client, Content, route};
use super::error::{CliError, Exit};
use super::output;

use document::Document;

const EXAMPLES: &str = "\
Examples:
  mainsheet apply -f release.json            a pipeline in Spinnaker's format, as it is
  mainsheet apply -f shop/                   every .json, .yaml and .yml below a folder, applications first
  jq '.name = \"canary\"' release.json | mainsheet apply -f -
  mainsheet apply -f shop/ --dry-run         what would change; nothing is saved

A document with `application` is a pipeline, one with `name` and without `application` is an application, one with `type` and
`target` is a preset, which is a stage type made of another one. A file may hold
several: a JSON array, or YAML documents between lines of ---.";

/// Save presets, applications and pipelines; what is already as written stays untouched.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A file, a folder, or - for standard input; may be given several times.
    #[arg(long = "file", short = 'f', value_name = "FILE|DIR|-", required = true)]
    files: Vec<String>,
    /// Say what would change, and save nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// There was none of this name.
    Created,
    /// It differed.
    Changed,
    /// It is stored exactly so.
    Unchanged,
}

/// A document with what became of it.
#[derive(Debug, Serialize)]
struct Applied {
    kind: Kind,
    name: String,
    outcome: Outcome,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let mut documents = Vec::new();
        for file in &self.files {
            documents.extend(document::read(file)?);
        }
        if documents.is_empty() {
            let message = format!("there is no .json, .yaml or .yml file in {}", self.files.join(", "));
            return Err(CliError::new(Exit::Usage, code("cli.document-unreadable"), message));
        }
        documents.sort_by_key(|document| document.kind);
        let mut applied = Vec::new();
        for document in &documents {
            let outcome = save(&client, document, self.dry_run).map_err(|error| located(error, document))?;
            if !context.json() {
                output::line(&sentence(document, outcome, self.dry_run));
            }
            applied.push(Applied { kind: document.kind, name: document.title(), outcome });
        }
        if context.json() {
            output::json(&applied);
        }
        Ok(Exit::Success)
    }
}

fn sentence(document: &Document, outcome: Outcome, dry: bool) -> String {
    let (kind, title) = (document.kind.as_str(), document.title());
    match (outcome, dry) {
        (Outcome::Created, false) => format!("{kind} {title} created"),
        (Outcome::Changed, false) => format!("{kind} {title} changed"),
        (Outcome::Created, true) => format!("{kind} {title} would be created"),
        (Outcome::Changed, true) => format!("{kind} {title} would be changed"),
        (Outcome::Unchanged, _) => format!("{kind} {title} unchanged"),
    }
}

/// Saves a document unless it is stored exactly so.
///
/// # Errors
/// The server refuses or is unreachable.
pub fn save(client: &Client, document: &Document, dry: bool) -> Result<Outcome, CliError> {
    let path = match (document.kind, &document.application) {
        (Kind::Preset, _) => route::one("presets", &document.name),
        (_, Some(application)) => route::pipeline(application, &document.name),
        (_, None) => route::one("applications", &document.name),
    };
    let stored = client.find(&path)?;
    let outcome = match &stored {
        None => Outcome::Created,
        Some(stored) if same(stored.get("document").unwrap_or(&Value::Null), &document.value) => Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    };
    if outcome != Outcome::Unchanged && !dry {
        client.call(Method::PUT, &path, &Content::Json(&document.value))?;
    }
    Ok(outcome)
}

/// Whether what is stored says what was written; members that the server itself fills in do not count.
fn same(stored: &Value, written: &Value) -> bool {
    const FILLED_IN: &[&str] = &["id", "updateTs", "lastModified", "lastModifiedBy", "index"];
    let (Some(stored), Some(written)) = (stored.as_object(), written.as_object()) else { return stored == written };
    let filled = |key: &String| FILLED_IN.contains(&key.as_str()) && !written.contains_key(key);
    stored.iter().filter(|(key, _)| !filled(key)).count() == written.len()
        && written.iter().all(|(key, value)| stored.get(key) == Some(value))
}

/// Says which document an error is about.
fn located(mut error: CliError, document: &Document) -> CliError {
    if error.exit == Exit::Refused {
        error.message = format!("{}: {}", document.place, error.message);
    }
    error
}

pub use document::{Kind, parse};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_filled_in_is_no_change_and_everything_else_is() {
        let stored = json!({ "name": "a", "id": "1", "stages": [{ "x": 1 }] });
        assert!(same(&stored, &json!({ "stages": [{ "x": 1 }], "name": "a" })));
        assert!(same(&stored, &stored));
        assert!(!same(&stored, &json!({ "name": "a", "stages": [{ "x": 2 }] })));
        assert!(!same(&stored, &json!({ "name": "a" })), "a member was removed");
        assert!(!same(&stored, &json!({ "name": "a", "id": "2", "stages": [{ "x": 1 }] })));
    }
}
