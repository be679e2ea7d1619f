//! `mainsheet openapi`: the description of the HTTP interface, made from its handlers.

use clap::Args;

use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet openapi > openapi.json";

/// Print the OpenAPI document of this version.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {}

impl Arguments {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        output::line(api::openapi().trim_end());
        Ok(Exit::Success)
    }
}
