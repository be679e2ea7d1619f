//! `cargo xtask <verb>`: everything that is run around the code. One file a verb.

mod bench;
mod build;
mod command;
mod demo;
mod openapi;
mod plugins;
mod sim;
mod soak;
mod stopwatch;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                    build everything and serve it with sample pipelines
  cargo xtask test                    everything that must hold before a change lands
  cargo xtask test -- -p store page   the same preparation, then only some tests
  cargo xtask plugins --guests        components into target/plugins and target/guests
  cargo xtask tidy                    the house rules, in a second
  cargo xtask tidy --shrink           drop exceptions that are not needed any more
  cargo xtask tidy --bless            accept the contract in wit/ as it stands
  cargo xtask bench --quick --json    figures for a first look, as JSON
  cargo xtask bench --expressions     what the expression language costs
  cargo xtask soak kill --kills 50    kill the server fifty times and count what was lost
  cargo xtask openapi --check         is docs/reference/openapi.json what the server says?";

/// Tasks around the code of Mainsheet.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build every plugin as a component into target/plugins.
    Plugins(plugins::Arguments),
    /// Build the plugins and the release binary, target/release/mainsheet.
    Build,
    /// Build everything, then serve it with sample data. Ends with Ctrl-C.
    Demo,
    /// Build components and server, then run every test.
    Test(test::Arguments),
    /// Check the house rules that a compiler cannot.
    Tidy(tidy::Arguments),
    /// Measure a release build.
    Bench(bench::Arguments),
    /// Play seeds on the real engine in a simulated world.
    Sim(sim::Arguments),
    /// Run the server for long, in bad weather.
    Soak(soak::Arguments),
    /// Write docs/reference/openapi.json from the server's own document.
    Openapi(openapi::Arguments),
}

fn main() -> ExitCode {
    match run(Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match verb {
        Verb::Plugins(arguments) => plugins::run(&workspace, &arguments),
        Verb::Build => build::run(&workspace),
        Verb::Demo => demo::run(&workspace),
        Verb::Test(arguments) => test::run(&workspace, &arguments),
        Verb::Tidy(arguments) => tidy::run(&workspace, &arguments),
        Verb::Bench(arguments) => bench::run(&workspace, &arguments),
        Verb::Sim(arguments) => sim::run(&workspace, &arguments),
        Verb::Soak(arguments) => soak::run(&workspace, &arguments),
        Verb::Openapi(arguments) => openapi::run(&workspace, &arguments),
    }
}
