//! `cargo xtask soak`: long runs in bad weather. What happens in them stands in the `soak` binary of `tests`.

use std::process::Command;

use anyhow::Result;
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

/// Builds plugins and programs as the tests do, so that after them nothing is left to build, then lets the weather loose.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    plugins::run(workspace, &plugins::Arguments::with_guests())?;
    build::everything(workspace)?;
    let mut soak = Command::new(workspace.target.join("debug/soak"));
    match &arguments.weather {
        Weather::Kill { kills, rest } => {
            soak.arg("kill").arg("--kills").arg(kills.to_string()).args(rest);
        }
    }
    command::run(&mut soak)
}
