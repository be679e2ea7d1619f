//! `mainsheet plugin`: install and switch plugins, begin one of your own.

mod check;
mod install;
mod list;
mod new;
mod switch;

use clap::{Args, Subcommand};

use super::Context;
use super::error::{CliError, Exit};
use super::output::Columns;

const EXAMPLES: &str = "\
Examples:
  mainsheet plugin new my-stage                        a folder to start from
  mainsheet plugin check my-stage.wasm                 would a server take it, and what does it want
  mainsheet plugin install my-stage.wasm
  mainsheet plugin install my-provider.wasm --grant-wanted
  mainsheet plugin list
  mainsheet plugin rollback my-stage                   the version in force before
  mainsheet plugin release my-stage                    call it again after a quarantine";

/// What lists of plugins show.
pub(super) const COLUMNS: Columns =
    &[("name", "/name"), ("version", "/version"), ("kind", "/kind"), ("state", "/state"), ("digest", "/digest")];

/// Install and switch plugins, begin one of your own.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Install(install::Install),
    List(list::List),
    Show(list::Show),
    Enable(switch::Enable),
    Disable(switch::Disable),
    Rollback(switch::Rollback),
    Release(switch::Release),
    Remove(switch::Remove),
    New(new::New),
    Check(check::Check),
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        match &self.verb {
            Verb::Install(verb) => verb.run(context),
            Verb::List(verb) => verb.run(context),
            Verb::Show(verb) => verb.run(context),
            Verb::Enable(verb) => verb.run(context),
            Verb::Disable(verb) => verb.run(context),
            Verb::Rollback(verb) => verb.run(context),
            Verb::Release(verb) => verb.run(context),
            Verb::Remove(verb) => verb.run(context),
            Verb::New(verb) => verb.run(context),
            Verb::Check(verb) => verb.run(context),
        }
    }
}
