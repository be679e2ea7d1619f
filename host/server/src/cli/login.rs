//! `mainsheet login`: keep a token for a server.

use std::io::Read;

use clap::Args;
use domain::code::code;

use super::Context;
use super::client::Credentials;
use super::error::{CliError, Exit};
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet login < mainsheet-data/admin.token
  mainsheet login --server https://cd.example.com --token \"$TOKEN\"";

/// Keep a token for a server, so that other commands need none.
///
/// Without --token it is read from standard input. It is kept in credentials.json in the configuration folder of the
/// user, readable by nobody else.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Forget the token of the server instead.
    #[arg(long)]
    forget: bool,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let place = Credentials::place().ok_or_else(|| failed("there is no home folder to keep it in".into()))?;
        let mut credentials =
            Credentials::load(&place).map_err(|error| failed(format!("{}: {error}", place.display())))?;
        let server = context.target.server.trim_end_matches('/').to_owned();
        let message = if self.forget {
            credentials.tokens.remove(&server);
            format!("the token of {server} is forgotten")
        } else {
            let token = match &context.target.token {
                Some(token) => token.clone(),
                None => from_input()?,
            };
            let client = super::client::Client::new(&server, Some(token.clone()));
            let who = super::get::whoami(&client)?;
            credentials.tokens.insert(server.clone(), token);
            format!("{server} knows you as {who}; the token is kept in {}", place.display())
        };
        credentials.save(&place).map_err(|error| failed(format!("{}: {error}", place.display())))?;
        if !context.json() {
            output::line(&message);
        }
        Ok(Exit::Success)
    }
}

fn from_input() -> Result<String, CliError> {
    let mut token = String::new();
    std::io::stdin().read_to_string(&mut token).map_err(|error| failed(format!("standard input: {error}")))?;
    let token = token.trim().to_owned();
    if token.is_empty() {
        return Err(failed("no token was given: use --token, or standard input".into()));
    }
    Ok(token)
}

fn failed(why: String) -> CliError {
    CliError::new(Exit::Usage, code("cli.credentials-not-kept"), format!("the token cannot be kept: {why}"))
}
