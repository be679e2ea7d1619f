//! `mainsheet token`: tokens of people and programs.

use clap::{Args, Subcommand};
use domain::code::code;
use serde_json::{Value, json};
use ureq::http::Method;

use super::Context;
use super::client::{Content, Page, route};
use super::error::{CliError, Exit};
use super::output::{self, Columns};

const EXAMPLES: &str = "\
Examples:
  mainsheet token create ci --principal ci-bot --role deployers
  mainsheet token create jane-laptop --principal jane --admin --expires 2027-01-01T00:00:00Z
  mainsheet token list
  mainsheet token revoke ci";

/// What lists of tokens show.
pub(super) const COLUMNS: Columns = &[
    ("name", "/name"),
    ("principal", "/principal"),
    ("standing", "/standing"),
    ("roles", "/roles"),
    ("created", "/created"),
    ("expires", "/expires"),
];

/// Make, list and revoke tokens.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a token. Its text is printed once and kept nowhere.
    #[command(after_help = EXAMPLES)]
    Create(Create),
    /// List tokens, without their texts.
    #[command(after_help = EXAMPLES)]
    List,
    /// Revoke a token at once.
    #[command(after_help = EXAMPLES)]
    Revoke {
        /// Its name.
        name: String,
    },
}

/// A new token.
#[derive(Args)]
struct Create {
    /// Name of the token, unique.
    name: String,
    /// Whose it is; by default the token's own name.
    #[arg(long)]
    principal: Option<String>,
    /// A role of the principal; may be given several times.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// The principal may do everything.
    #[arg(long)]
    admin: bool,
    /// Until when it holds, such as 2027-01-01T00:00:00Z; by default until it is revoked.
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        match &self.verb {
            Verb::Create(new) => new.run(context),
            Verb::List => list(context),
            Verb::Revoke { name } => revoke(name, context),
        }
    }
}

impl Create {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let body = json!({
            "name": self.name,
            "principal": self.principal,
            "standing": if self.admin { "admin" } else { "member" },
            "roles": self.roles,
            "expires": self.expires,
        });
        let made = context.client().post(&route::all("tokens"), &Content::Json(&body))?;
        if context.json() {
            output::json(&made);
            return Ok(Exit::Success);
        }
        let token = made.get("token").and_then(Value::as_str).ok_or_else(|| {
            CliError::new(Exit::Unreachable, code("cli.answer-not-understood"), "the server's answer has no token")
        })?;
        eprintln!("This is the token of {}; it is shown only now.", self.name);
        output::line(token);
        Ok(Exit::Success)
    }
}

fn list(context: &Context) -> Result<Exit, CliError> {
    let page: Page<Value> = super::get::decode(context.client().get(&format!("{}?limit=500", route::all("tokens")))?)?;
    if context.json() {
        output::json(&page.items);
    } else {
        output::table(COLUMNS, &page.items, "no tokens");
    }
    Ok(Exit::Success)
}

fn revoke(name: &str, context: &Context) -> Result<Exit, CliError> {
    context.client().call(Method::DELETE, &route::one("tokens", name), &Content::None)?;
    if !context.json() {
        output::line(&format!("{name} is revoked"));
    }
    Ok(Exit::Success)
}
