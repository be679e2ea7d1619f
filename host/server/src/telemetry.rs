//! Log lines on standard error. Secrets never reach them: what holds one does not implement `Display` or `Debug` with it.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Sends log lines to standard error in the shape and from the level that `config` says. The first call of a process counts.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "log lines go where they went before");
    }
}
