//! `mainsheet serve`.

use clap::Args;

use super::error::{CliError, Exit};
use crate::config::{Config, Flags, Layers};

const EXAMPLES: &str = "\
Examples:
  mainsheet serve                                             on 127.0.0.1:8084, data in ./mainsheet-data
  mainsheet serve --plugins target/plugins --grant-wanted     with a watched folder of trusted plugins
  mainsheet serve --listen 127.0.0.1:0 --data /tmp/try        on a free port; the ready line names it
  mainsheet serve --config /etc/mainsheet.toml --log-format json

The first start prints the administrator's token once, on standard error. SIGTERM and SIGINT end the server gracefully,
a second one at once.";

/// Serve.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// Save a sample application, run its pipeline and show it here; keeps the first token in <data>/admin.token.
    #[arg(long)]
    sample: bool,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let layers = Layers::gather(&self.flags)?;
        let config = Config::from_layers(&layers)?;
        crate::telemetry::start(&config);
        for name in &layers.unknown {
            tracing::warn!("the variable {name} looks like an option and is none; see `mainsheet config show`");
        }
        crate::serve::run(&config, self.sample)?;
        Ok(Exit::Success)
    }
}
