//! `mainsheet account`: access to outside systems.

mod add;

use clap::{Args, Subcommand};
use serde_json::Value;
use ureq::http::Method;

use super::Context;
use super::client::{Content, route};
use super::error::{CliError, Exit};
use super::output::{self, Columns};

const EXAMPLES: &str = "\
Examples:
  mainsheet account add http artifacts --set hosts[]=files.example.com --set username=ci --set password=@password.txt
  mainsheet account add http hooks --set hosts[]=hooks.example.com --set token=@token.txt --write ops
  mainsheet account add http artifacts --file account.json      {\"provider\", \"config\", \"permissions\"}, or the config alone
  mainsheet account list --provider http
  mainsheet account get artifacts                               secrets are shown as references
  mainsheet account verify artifacts                            have the provider look at it again
  mainsheet account remove artifacts";

/// What lists of accounts show.
pub(super) const COLUMNS: Columns = &[
    ("name", "/name"),
    ("provider", "/provider"),
    ("status", "/status"),
    ("verified", "/verification/at"),
    ("updated", "/updated"),
    ("by", "/updatedBy"),
];

/// Bind, look at and remove accounts: access to outside systems, secrets sealed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Add(add::Add),
    /// List the accounts that you may look at.
    #[command(after_help = EXAMPLES)]
    List {
        /// Only of this provider.
        #[arg(long)]
        provider: Option<String>,
    },
    /// Show one account; its secrets are references.
    #[command(after_help = EXAMPLES)]
    Get {
        /// Its name.
        name: String,
    },
    /// Have the provider look at an account, and say what it finds.
    #[command(after_help = EXAMPLES)]
    Verify {
        /// Its name.
        name: String,
    },
    /// Remove an account with its secrets.
    #[command(after_help = EXAMPLES)]
    Remove {
        /// Its name.
        name: String,
    },
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        match &self.verb {
            Verb::Add(new) => new.run(context),
            Verb::List { provider } => list(provider.as_deref(), context),
            Verb::Get { name } => get(name, context),
            Verb::Verify { name } => {
                let path = route::below("accounts", name, "verify");
                Ok(say(&context.client().post(&path, &Content::None)?, context))
            }
            Verb::Remove { name } => remove(name, context),
        }
    }
}

fn list(provider: Option<&str>, context: &Context) -> Result<Exit, CliError> {
    let items = super::get::all(&context.client(), "accounts", provider.map(|provider| ("provider", provider)))?;
    if context.json() {
        output::json(&items);
    } else {
        output::table(COLUMNS, &items, "no accounts");
    }
    Ok(Exit::Success)
}

fn get(name: &str, context: &Context) -> Result<Exit, CliError> {
    let found = context.client().get(&route::one("accounts", name))?;
    if context.json() {
        output::json(&found)
    } else {
        output::yaml(&found)
    }
    Ok(Exit::Success)
}

fn remove(name: &str, context: &Context) -> Result<Exit, CliError> {
    context.client().call(Method::DELETE, &route::one("accounts", name), &Content::None)?;
    if !context.json() {
        output::line(&format!("{name} is removed, with its secrets"));
    }
    Ok(Exit::Success)
}

/// Says how an account stands; one that has failed is a failure.
fn say(account: &Value, context: &Context) -> Exit {
    let text = |pointer: &str| account.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if context.json() {
        output::json(account);
    } else {
        let mut lines = vec![format!("{} is {}", text("/name"), text("/status"))];
        let findings = account.pointer("/verification/findings").and_then(Value::as_array);
        for finding in findings.into_iter().flatten() {
            let part = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
            lines.push(format!("  {}: {} [{}]", part("level"), part("message"), part("code")));
        }
        output::lines(&lines);
    }
    if text("/status") == "failed" { Exit::Failed } else { Exit::Success }
}
