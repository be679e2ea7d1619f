//! `mainsheet compile-worker`: the child process in which the runtime compiles components, bounded in time and memory.

use clap::Args;

use super::error::{CliError, Exit};

/// Compile one component; started by the server itself.
#[derive(Args)]
pub struct Arguments {
    /// What the runtime hands on.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

impl Arguments {
    pub(super) fn run(self) -> Result<Exit, CliError> {
        // The worker's words are on standard error already; its status is all that the parent reads.
        if runtime::compile_worker_main() == std::process::ExitCode::SUCCESS {
            Ok(Exit::Success)
        } else {
            Ok(Exit::Failed)
        }
    }
}
