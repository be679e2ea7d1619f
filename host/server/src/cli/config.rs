//! `mainsheet config`: what the server would be started with, and who says so.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::Context;
use super::error::{CliError, Exit};
use super::output;
use crate::config::{Config, ConfigError, Flags, Given, Layers, Origin};

const EXAMPLES: &str = "\
Examples:
  mainsheet config show                        every option, its value, and where it comes from
  mainsheet config show > mainsheet.toml       the same as a file to start from
  MAINSHEET_WORKERS=4 mainsheet config show --listen 127.0.0.1:9000 --output json";

/// Show the configuration of the server.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print every option with its value in force and its origin, as a file that `--config` reads.
    #[command(after_help = EXAMPLES)]
    Show(Flags),
}

/// An option as `--output json` shows it.
#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    value: &'a str,
    origin: String,
    help: &'a str,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let Verb::Show(flags) = &self.verb;
        let layers = Layers::gather(flags)?;
        Config::from_layers(&layers)?;
        if context.json() {
            let shown = layers.given.iter().map(|given| Shown {
                key: given.setting.key,
                value: &given.text,
                origin: given.origin.to_string(),
                help: given.setting.help,
            });
            output::json(&shown.collect::<Vec<_>>());
        } else {
            let entries: Vec<String> = layers.given.iter().map(entry).collect();
            output::line(&entries.join("\n\n"));
        }
        Ok(Exit::Success)
    }
}

/// An option as an entry of a TOML file; those that nobody gave are commented out.
fn entry(given: &Given) -> String {
    let mark = if given.origin == Origin::Default { "# " } else { "" };
    let value = match given.text.as_str() {
        text @ ("true" | "false") => text.to_owned(),
        text if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
        text => toml::Value::String(text.to_owned()).to_string(),
    };
    format!("# {}\n{mark}{} = {value}   # {}", given.setting.help, given.setting.key, given.origin)
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> CliError {
        CliError::new(Exit::Usage, error.code(), error.to_string())
    }
}
