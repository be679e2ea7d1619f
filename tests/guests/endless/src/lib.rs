//! Guest `endless`: a stage whose step never returns.

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Endless {}

async fn step(_: Endless, _: Flow) -> Finish {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("endless", env!("CARGO_PKG_VERSION")).stage(Stage::new("endless", step))
}

mainsheet_sdk::export_stages!(plugin);
