//! Guest `chatter`: a stage that floods its log and standard error, and succeeds all the same.

use mainsheet_sdk::prelude::*;

/// How much.
#[config]
pub struct Chatter {
    /// Lines for the log, and as many for standard error.
    #[field(default = Integer(20_000))]
    lines: Integer,
}

async fn step(config: Chatter, _: Flow) -> Finish {
    for line in 0..config.lines.0 {
        mainsheet_sdk::log::info(&format!("log line {line} of {}", config.lines.0));
        eprintln!("\u{1b}[31merror line {line}\u{1b}[0m of {}", config.lines.0);
    }
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("chatter", env!("CARGO_PKG_VERSION")).stage(Stage::new("chatter", step))
}

mainsheet_sdk::export_stages!(plugin);
