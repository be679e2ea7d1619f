//! `cargo xtask demo`: from a fresh checkout to a running server in one command.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{build, command};

/// What the demo server is started with; paths are below the root of the checkout.
const ARGUMENTS: &[&str] = &[
    "serve",
    "--data",
    "target/demo",
    "--plugins",
    "target/plugins",
    "--grant-wanted",
    "--allow-networks",
    "127.0.0.0/8",
    "--log-level",
    "warn",
    "--sample",
];

/// Builds everything and becomes the server, so that signals and the exit code are the server's own.
pub fn run(workspace: &Workspace) -> Result<()> {
    build::run(workspace)?;
    let mut server = Command::new(workspace.target.join("release/mainsheet"));
    server.current_dir(&workspace.root).args(ARGUMENTS);
    println!("\n== {}", command::line(&server));
    let error = server.exec();
    Err(anyhow::Error::new(error).context(format!("cannot start `{}`", command::line(&server))))
}
