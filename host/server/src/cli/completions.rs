//! `mainsheet completions`: what the shell needs to complete commands.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::error::{CliError, Exit};

const EXAMPLES: &str = "\
Examples:
  mainsheet completions bash > ~/.local/share/bash-completion/completions/mainsheet
  mainsheet completions fish > ~/.config/fish/completions/mainsheet.fish";

/// Print completions for a shell.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        clap_complete::generate(self.shell, &mut Cli::command(), "mainsheet", &mut std::io::stdout());
        Ok(Exit::Success)
    }
}
