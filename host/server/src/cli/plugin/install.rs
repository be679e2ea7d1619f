//! `mainsheet plugin install`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use ureq::http::Method;

use super::super::Context;
use super::super::client::{Content, route};
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
