//! `mainsheet resume`.

use clap::Args;

use super::Context;
use super::control::{Control, Wish};
use super::error::{CliError, Exit};

const EXAMPLES: &str = "\
Examples:
  mainsheet resume 01JD…";

/// Let a paused execution go on.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    control: Control,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.control.say(Wish { verb: "resume", effect: "it goes on" }, context)
    }
}
