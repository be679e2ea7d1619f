//! `mainsheet plugin check`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::super::Context;
use super::super::client::route;
use super::super::error::{CliError, Exit};
use super::super::output;
use super::install::Grants;

const EXAMPLES: &str = "\
Examples:
  mainsheet plugin check my-stage.wasm
  mainsheet plugin check my-provider.wasm --grants my-provider.grants.json

Exits with 0 when the server would install it with these grants, with 1 when something that it wants is missing.";

/// Ask the server what a component is and what it wants, without installing it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// The component, a .wasm file.
    file: PathBuf,
    #[command(flatten)]
    grants: Grants,
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let found = self.grants.send(&route::all("plugins/inspect"), &self.file, context)?;
        let missing: Vec<&str> =
            found.get("missing").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if context.json() {
            output::json(&found);
        } else {
            let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            output::line(&format!("{} {}, a {}, {}", text("name"), text("version"), text("kind"), text("digest")));
            output::line(&verdict(&missing));
        }
        Ok(if missing.is_empty() { Exit::Success } else { Exit::Failed })
    }
}

fn verdict(missing: &[&str]) -> String {
    if missing.is_empty() {
        return "it can be installed with these grants".into();
    }
    format!("it wants what it would not have: {}; see --grant-wanted and --grants", missing.join(", "))
}
