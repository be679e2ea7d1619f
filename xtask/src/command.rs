//! Running other programs, chiefly cargo, and saying which one failed.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// A cargo call in the root of the workspace.
///
/// What the outer `cargo run` tells this program about itself is not passed on: build scripts that watch those
/// variables (ring's does) would otherwise be rebuilt each time somebody changes between `cargo` and `cargo xtask`.
pub fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&workspace.root).args(arguments);
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs `command` to its end; anything but success is an error that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
