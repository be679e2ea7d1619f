//! `mainsheet secrets`: values that documents refer to by name.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::code::code;
use serde_json::Value;
use ureq::http::Method;

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output::{self, Columns};

const EXAMPLES: &str = "\
Examples:
  mainsheet secrets set chat --from-file chat.key      documents mean it by {\"$secret\": \"chat\"}
  printf %s \"$TOKEN\" | mainsheet secrets set chat --from-file -
  mainsheet secrets list
  mainsheet secrets remove chat
  mainsheet secrets rotate                             a new key, and everything sealed under it";

const COLUMNS: Columns = &[("name", "/name"), ("created", "/created"), ("updated", "/updated")];

/// Set, list and remove secrets, and seal them under a new key. No command shows a value.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Set a secret to the content of a file, byte for byte but for one line break at its end.
    #[command(after_help = EXAMPLES)]
    Set {
        /// Its name.
        name: String,
        /// The file; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        from_file: PathBuf,
    },
    /// List secrets, without their values.
    #[command(after_help = EXAMPLES)]
    List,
    /// Remove a secret that no account refers to.
    #[command(after_help = EXAMPLES)]
    Remove {
        /// Its name.
        name: String,
    },
    /// Make a new key and seal every secret under it, while the server runs; the old key is forgotten.
    #[command(after_help = EXAMPLES)]
    Rotate,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        match &self.verb {
            Verb::Set { name, from_file } => set(name, from_file, context),
            Verb::List => list(context),
            Verb::Remove { name } => {
                context.client().call(Method::DELETE, &route::one("secrets", name), &Content::None)?;
                say(&format!("{name} is removed"), context)
            }
            Verb::Rotate => rotate(context),
        }
    }
}

fn say(line: &str, context: &Context) -> Result<Exit, CliError> {
    if !context.json() {
        output::line(line);
    }
    Ok(Exit::Success)
}

fn set(name: &str, file: &PathBuf, context: &Context) -> Result<Exit, CliError> {
    let read = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    let bytes = read.map_err(|error| {
        CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("cannot read {}: {error}", file.display()))
    })?;
    let value = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    context.client().call(Method::PUT, &route::one("secrets", name), &Content::Octets(value))?;
    say(&format!("{name} is set"), context)
}

fn list(context: &Context) -> Result<Exit, CliError> {
    let items = super::get::all(&context.client(), "secrets", None)?;
    if context.json() {
        output::json(&items);
    } else {
        output::table(COLUMNS, &items, "no secrets");
    }
    Ok(Exit::Success)
}

fn rotate(context: &Context) -> Result<Exit, CliError> {
    let done = context.client().post(&route::all("system/rotate-secrets"), &Content::None)?;
    if context.json() {
        output::json(&done);
        return Ok(Exit::Success);
    }
    let key = done.get("key").and_then(Value::as_str).unwrap_or_default();
    let moved = done.get("moved").and_then(Value::as_u64).unwrap_or_default();
    say(&format!("{moved} secrets are sealed under the new key {key}; back its file up"), context)
}
