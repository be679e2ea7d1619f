//! `cargo xtask sim`: seeds on the real engine in a simulated world. What happens in it stands in `tests/src/sim`.

use std::process::Command;

use anyhow::{Result, ensure};
use clap::Args;

use crate::command;
use crate::workspace::Workspace;

const EXAMPLES: &str = "\
Examples:
  cargo xtask sim --seeds 10000                    what .ci/run does
  cargo xtask sim --seed 4711 --trace              one seed, line by line; the same bytes each time
  cargo xtask sim --seeds 300 --plant all          every planted mistake, and the seed that finds it";

/// Options of `sim`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How many seeds, from the first on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints everything that happens with the first seed.
    #[arg(long)]
    trace: bool,
    /// Plants a mistake by its name, or `all` of them one after the other.
    #[arg(long, value_name = "NAME")]
    plant: Option<String>,
}

/// Builds the simulator, with the features that the tests of the workspace are built with, and runs it.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    ensure!(workspace.has_binary("tests", "sim"), "the crate `tests` has no binary `sim`");
    command::run(&mut command::cargo(workspace, &["build", "--quiet", "--workspace", "--bin", "sim"]))?;
    let mut sim = Command::new(workspace.target.join("debug").join("sim"));
    sim.current_dir(&workspace.root);
    sim.args(["--seeds", &arguments.seeds.to_string(), "--seed", &arguments.seed.to_string()]);
    sim.args(arguments.trace.then_some("--trace"));
    if let Some(name) = &arguments.plant {
        sim.args(["--plant", name]);
    }
    command::run(&mut sim)
}
