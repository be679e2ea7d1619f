//! Guest `glutton`: a stage that allocates for ever.

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Glutton {}

async fn step(_: Glutton, _: Flow) -> Finish {
    const MOUTHFUL: usize = 1 << 20;
    let mut eaten = Vec::new();
    loop {
        eaten.push(std::hint::black_box(vec![1_u8; MOUTHFUL]));
    }
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("glutton", env!("CARGO_PKG_VERSION")).stage(Stage::new("glutton", step))
}

mainsheet_sdk::export_stages!(plugin);
