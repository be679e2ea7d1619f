//! `cargo xtask openapi`: the server's own description of its HTTP interface, kept under review.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::command;
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/reference/openapi.json";

/// Options of `openapi`.
#[derive(Args)]
pub struct Arguments {
    /// Compare only; a difference is an error.
    #[arg(long)]
    check: bool,
}

/// Writes the document, or with `--check` says whether the one in the tree is current.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let words = ["run", "--quiet", "--bin", "mainsheet", "--", "openapi"];
    let mut server = command::cargo(workspace, &words);
    let output = server
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", command::line(&server)))?;
    ensure!(output.status.success(), "`{}` failed ({})", command::line(&server), output.status);
    serde_json::from_slice::<serde_json::Value>(&output.stdout)
        .context("`mainsheet openapi` did not print a JSON document")?;

    let path = workspace.root.join(DOCUMENT);
    let current = fs::read(&path).unwrap_or_default() == output.stdout;
    match (current, arguments.check) {
        (true, _) => println!("{DOCUMENT} is current"),
        (false, true) => {
            bail!("{DOCUMENT} differs from what the server says: run `cargo xtask openapi`")
        }
        (false, false) => {
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, &output.stdout).with_context(|| format!("cannot write {DOCUMENT}"))?;
            println!("{DOCUMENT} written");
        }
    }
    Ok(())
}
