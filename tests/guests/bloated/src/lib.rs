//! Guest `bloated`: a stage whose reply is larger than anybody takes.

use mainsheet_sdk::prelude::*;

/// How large.
#[config]
pub struct Bloated {
    /// Bytes of the reply; a gigabyte does not fit into the memory, eight megabytes do and are still more than a call may carry.
    #[field(default = Integer(1 << 30))]
    size: Integer,
}

async fn step(config: Bloated, flow: Flow) -> Finish {
    flow.output("bloat", "x".repeat(usize::try_from(config.size.0).unwrap_or(0)));
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("bloated", env!("CARGO_PKG_VERSION")).stage(Stage::new("bloated", step))
}

mainsheet_sdk::export_stages!(plugin);
