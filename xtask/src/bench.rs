//! `cargo xtask bench`: figures of a release build. What is measured stands in the `bench` binary of `tests`.

use anyhow::{Result, ensure};
use clap::Args;

use crate::workspace::Workspace;
use crate::{build, command, plugins};

/// Options of `bench`.
#[derive(Args)]
pub struct Arguments {
    /// Fewer and shorter measurements: a first look, not a figure to publish.
    #[arg(long)]
    quick: bool,
    /// One JSON document instead of a table.
    #[arg(long)]
    json: bool,
    /// Only what the expression language costs; needs neither server nor plugins.
    #[arg(long)]
    expressions: bool,
    /// Passed on as they are.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds server, plugins and guests in release, then measures them.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    ensure!(workspace.has_binary("tests", "bench"), "the crate `tests` has no binary `bench` yet");
    if !arguments.expressions {
        plugins::run(workspace, &plugins::Arguments::with_guests())?;
        build::server(workspace, &["--release"])?;
    }
    let words = ["run", "--quiet", "--release", "--bin", "bench", "--"];
    let mut bench = command::cargo(workspace, &words);
    bench.args(arguments.quick.then_some("--quick"));
    bench.args(arguments.json.then_some("--json"));
    bench.args(arguments.expressions.then_some("--expressions"));
    command::run(bench.args(&arguments.rest))
}
