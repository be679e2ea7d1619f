//! `mainsheet cancel`.

use clap::Args;

use super::Context;
use super::control::{Control, Wish};
use super::error::{CliError, Exit};

const EXAMPLES: &str = "\
Examples:
  mainsheet cancel 01JD…
  mainsheet cancel 01JD… --reason 'wrong version'";

/// Cancel an execution: its stages clean up, and it ends as CANCELED.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    control: Control,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.control.say(Wish { verb: "cancel", effect: "it was asked to end; its stages clean up" }, context)
    }
}
