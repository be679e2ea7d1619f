//! `mainsheet plugin list` and `show`.

use clap::Args;
use serde_json::Value;

use super::super::Context;
use super::super::client::{Page, route};
use super::super::error::{CliError, Exit};
use super::super::output::{self, Columns};
use super::super::show;
use super::COLUMNS;

/// What was not installed, and why.
const REFUSED: Columns = &[("file", "/file"), ("code", "/code"), ("why", "/message")];

/// List plugins in force, or what was refused.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  mainsheet plugin list\n  mainsheet plugin list --refused     components of the watched folder that were not installed"
)]
pub(super) struct List {
    /// Components of the watched folder that were not installed, and why.
    #[arg(long)]
    refused: bool,
}

/// Show a plugin: manifest, grants, versions.
#[derive(Args)]
#[command(after_help = "Examples:\n  mainsheet plugin show my-stage\n  mainsheet plugin show my-stage --output json")]
pub(super) struct Show {
    /// Its name.
    name: String,
}

impl List {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let (path, columns, nothing) = if self.refused {
            (route::all("plugins/refused"), REFUSED, "nothing was refused")
        } else {
            (route::all("plugins"), COLUMNS, "no plugins")
        };
        let page: Page<Value> = super::super::get::decode(context.client().get(&format!("{path}?limit=500"))?)?;
        if context.json() {
            output::json(&page.items);
        } else {
            output::table(columns, &page.items, nothing);
        }
        Ok(Exit::Success)
    }
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let found = context.client().get(&route::one("plugins", &self.name))?;
        if context.json() {
            output::json(&found);
        } else {
            output::lines(&show::plugin(&found));
        }
        Ok(Exit::Success)
    }
}
