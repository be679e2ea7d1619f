//! `mainsheet plugin install`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::code::code;
use serde_json::Value;

use super::super::Context;
use super::super::client::{Content, route, segment};
use super::super::error::{CliError, Exit};
use super::super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet plugin install my-stage.wasm
  mainsheet plugin install my-provider.wasm --grant-wanted
  mainsheet plugin install my-provider.wasm --grants my-provider.grants.json

A stage wants nothing, so nothing needs to be granted. What acts says in its manifest what it wants; `plugin check` shows it.";

/// Install a component, or a new version of one; no restart is needed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Install {
    /// The component, a .wasm file.
    file: PathBuf,
    #[command(flatten)]
    grants: Grants,
}

/// What a component is given. Without either flag: what it had before, and nothing if it is new.
#[derive(Args)]
pub(super) struct Grants {
    /// Everything that its manifest wants.
    #[arg(long)]
    grant_wanted: bool,
    /// What this file says, such as {"http": {"hosts": ["api.example.com"]}}.
    #[arg(long, value_name = "FILE", conflicts_with = "grant_wanted")]
    grants: Option<PathBuf>,
}

impl Install {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let installed = self.grants.send(&route::all("plugins"), &self.file, context)?;
        if context.json() {
            output::json(&installed);
        } else {
            let text = |key: &str| installed.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            output::line(&format!(
                "{} {} is installed, a {}, {}",
                text("name"),
                text("version"),
                text("kind"),
                text("digest")
            ));
        }
        Ok(Exit::Success)
    }
}

impl Grants {
    /// Sends the component in `file` with these grants to `path`.
    pub(super) fn send(&self, path: &str, file: &Path, context: &Context) -> Result<Value, CliError> {
        let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
        let path = match self.text()? {
            Some(grants) => format!("{path}?grants={}", segment(&grants)),
            None => path.to_owned(),
        };
        context.client().post(&path, &Content::Bytes(&bytes))
    }

    fn text(&self) -> Result<Option<String>, CliError> {
        match &self.grants {
            Some(file) => fs::read_to_string(file).map(Some).map_err(|error| unreadable(file, &error)),
            None => Ok(self.grant_wanted.then(|| "wanted".to_owned())),
        }
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("{} cannot be read: {error}", file.display()))
}
