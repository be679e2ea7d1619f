//! TEMP.
use clap::Args;
use super::super::Context;
use super::super::error::{CliError, Exit};
/// T.
#[derive(Args)]
pub(super) struct New {}
impl New {
    pub(super) fn run(&self, _: &Context) -> Result<Exit, CliError> {
        Ok(Exit::Success)
    }
}
