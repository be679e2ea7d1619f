//! TEMP.
use clap::Args;
use super::super::Context;
use super::super::error::{CliError, Exit};
/// T.
#[derive(Args)]
pub(super) struct Install {}
impl Install {
    pub(super) fn run(&self, _: &Context) -> Result<Exit, CliError> {
        Ok(Exit::Success)
    }
}
