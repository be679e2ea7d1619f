//! `mainsheet pause`.

use clap::Args;

use super::Context;
use super::control::{Control, Wish};
use super::error::{CliError, Exit};

const EXAMPLES: &str = "\
Examples:
  mainsheet pause 01JD…
  mainsheet pause 01JD… --reason 'wrong version'";

/// Pause an execution: what has begun goes on, nothing new starts.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    control: Control,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.control.say(Wish { verb: "pause", effect: "nothing new starts until it is resumed" }, context)
    }
}
