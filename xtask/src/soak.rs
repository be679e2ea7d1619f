//! `cargo xtask soak`: long runs in bad weather. What happens in them stands in the `soak` binary of `tests`.

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

use crate::workspace::Workspace;
use crate::{build, command, plugins};

/// Options of `soak`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    weather: Weather,
}

#[derive(Subcommand)]
enum Weather {
    /// Kill the server with SIGKILL at random instants, restart it, and count what was lost or done twice.
    Kill {
        /// How many times.
        #[arg(long, default_value_t = 20)]
        kills: u32,
        /// Passed on as they are.
        #[arg(last = true)]
        rest: Vec<String>,
    },
}

/// Builds server, plugins and guests for development, then lets the weather loose.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    ensure!(workspace.has_binary("tests", "soak"), "the crate `tests` has no binary `soak` yet");
    plugins::run(workspace, &plugins::Arguments::with_guests())?;
    build::server(workspace, &[])?;
    let words = ["run", "--quiet", "--package", "tests", "--bin", "soak", "--"];
    let mut soak = command::cargo(workspace, &words);
    match &arguments.weather {
        Weather::Kill { kills, rest } => {
            soak.arg("kill").arg("--kills").arg(kills.to_string()).args(rest);
        }
    }
    command::run(&mut soak)
}
