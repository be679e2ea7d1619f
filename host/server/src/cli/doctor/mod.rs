//! `mainsheet doctor`: what stands in the way of a server on this machine, or of a client of that server.

mod machine;
mod reach;

use clap::Args;
use serde::Serialize;

use super::Context;
use super::error::{CliError, Exit};
use super::output::{self, Table};
use crate::config::{Config, Flags, Layers};

const EXAMPLES: &str = "\
Examples:
  mainsheet doctor                               this machine, and the server on 127.0.0.1:8084
  mainsheet doctor --data /var/lib/mainsheet     with the options that `serve` is started with
  mainsheet doctor --output json

Exits with 1 when something is broken; a warning is no failure.";

/// Check this machine and the server: data folder, kernel, port, clock, plugins, reachability, version.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

/// What became of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warning,
    Broken,
}

/// One check.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    outcome: Outcome,
    detail: String,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Ok, detail: detail.into() }
    }

    fn warning(check: &'static str, detail: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Warning, detail: detail.into() }
    }

    fn broken(check: &'static str, detail: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Broken, detail: detail.into() }
    }
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let layers = Layers::gather(&self.flags)?;
        let config = Config::from_layers(&layers)?;
        let client = context.client();
        let mut findings: Vec<Finding> = layers
            .unknown
            .iter()
            .map(|name| {
                Finding::warning(
                    "configuration",
                    format!("the variable {name} is no option; see `mainsheet config show`"),
                )
            })
            .collect();
        let (served, reached) = reach::check(&client);
        findings.extend(machine::check(&config, served));
        findings.extend(reached);
        if context.json() {
            output::json(&findings);
        } else {
            print(&findings);
        }
        let broken = findings.iter().any(|finding| finding.outcome == Outcome::Broken);
        Ok(if broken { Exit::Failed } else { Exit::Success })
    }
}

fn print(findings: &[Finding]) {
    let mut table = Table::new(["", "check", "finding"]);
    for finding in findings {
        let mark = match finding.outcome {
            Outcome::Ok => "ok",
            Outcome::Warning => "warning",
            Outcome::Broken => "BROKEN",
        };
        table.row([mark.into(), finding.check.into(), finding.detail.clone()]);
    }
    table.print("nothing was checked");
}
