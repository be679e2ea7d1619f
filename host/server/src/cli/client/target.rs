//! Which server a verb talks to, and with which token.

use std::path::PathBuf;

use clap::Args;

use super::{Client, Credentials};

/// Flags of every verb that talks to a server.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// Address of the server.
    #[arg(long, global = true, value_name = "URL", env = "MAINSHEET_SERVER", default_value = "http://127.0.0.1:8084")]
    pub server: String,
    /// Token; by default the one that `mainsheet login` keeps for the server.
    #[arg(long, global = true, value_name = "TOKEN", env = "MAINSHEET_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

impl Target {
    /// The client of this server; without a token it asks as a stranger, and is told what is missing.
    #[must_use]
    pub fn client(&self) -> Client {
        let token = self.token.clone().filter(|token| !token.is_empty()).or_else(|| self.kept());
        Client::new(&self.server, token.map(|token| token.trim().to_owned()))
    }

    fn kept(&self) -> Option<String> {
        let place: PathBuf = Credentials::place()?;
        let mut credentials = Credentials::load(&place).ok()?;
        credentials.tokens.remove(self.server.trim_end_matches('/'))
    }
}
