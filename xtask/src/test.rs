//! `cargo xtask test`: everything that must hold before a change lands. The tests want real parts, so components and
//! the server's binary are built first.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::stopwatch::Stopwatch;
use crate::workspace::Workspace;
use crate::{build, command, plugins};

/// Options of `test`.
#[derive(Args)]
pub struct Arguments {
    /// Instead of `--workspace`: what `cargo test` is to run, such as `-p store` or the name of a test.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Prepares, tests, and ends with the time of every part and the sum of all test binaries.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut watch = Stopwatch::default();
    let mut tally = Tally::default();
    let result = parts(workspace, arguments, &mut watch, &mut tally);
    println!("\n== time\n{watch}");
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    result
}

fn parts(workspace: &Workspace, arguments: &Arguments, watch: &mut Stopwatch, tally: &mut Tally) -> Result<()> {
    watch.part("target of the components", || plugins::ensure_target(workspace))?;
    watch.part("plugins and guests", || plugins::run(workspace, &plugins::Arguments::with_guests()))?;
    watch.part("server and tests, built", || build(workspace, arguments))?;
    watch.part("tests", || test(workspace, arguments, tally))
}

fn build(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if arguments.rest.is_empty() { build::everything(workspace) } else { build::server(workspace, &[]) }
}

fn test(workspace: &Workspace, arguments: &Arguments, tally: &mut Tally) -> Result<()> {
    let mut cargo = command::cargo(workspace, &["test", "--no-fail-fast"]);
    if arguments.rest.is_empty() {
        cargo.arg("--workspace");
    }
    cargo.args(&arguments.rest).stdout(Stdio::piped());
    let mut child = cargo.spawn().with_context(|| format!("cannot start `{}`", command::line(&cargo)))?;
    let mut output = BufReader::new(child.stdout.take().context("cargo has no output")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        std::io::stdout().write_all(&line)?;
        tally.count(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{}` failed ({status})", command::line(&cargo));
    ensure!(tally.passed > 0, "no test was run");
    Ok(())
}

/// What the test binaries said, added up.
#[derive(Default, Debug, PartialEq)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tally {
    /// Adds one line of output, if it is a test binary's last one.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result:") else {
            return;
        };
        let number = |of: &str| {
            let before = counts.split(of).next().filter(|before| before.len() < counts.len())?;
            before.rsplit(' ').next()?.parse::<u32>().ok()
        };
        self.passed += number(" passed").unwrap_or(0);
        self.failed += number(" failed").unwrap_or(0);
        self.skipped += number(" ignored").unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_all_binaries_are_added_up() {
        let mut tally = Tally::default();
        tally.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s\n");
        tally.count("test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out\n");
        tally.count("test store::writes ... ok\n");
        assert_eq!(tally, Tally { passed: 14, failed: 5, skipped: 1 });
    }
}
