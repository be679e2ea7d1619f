//! `cargo xtask build`: what is shipped, the components and the release binary.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{command, plugins};

/// Builds the plugins and `target/release/mainsheet`.
pub fn run(workspace: &Workspace) -> Result<()> {
    plugins::run(workspace, &plugins::Arguments::without_guests())?;
    server(workspace, &["--release"])
}

/// Builds the server's binary with the given profile flags; of the whole workspace, so that all builds share their dependencies.
pub fn server(workspace: &Workspace, profile: &[&str]) -> Result<()> {
    let mut cargo = command::cargo(workspace, &["build", "--workspace", "--bin", "mainsheet"]);
    command::run(cargo.args(profile))
}

/// Builds every program and every test for development, in one call: with a package named first, cargo would settle on other features
/// for shared dependencies and build them twice.
pub fn everything(workspace: &Workspace) -> Result<()> {
    command::run(&mut command::cargo(workspace, &["build", "--workspace", "--bins", "--tests"]))
}
