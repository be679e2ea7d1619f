//! Guest `panics`: a stage whose every step panics, so that hosts can show what they make of it. A test mends it by writing `mended` over
//! `broken` in the component's bytes: a fixed version, without a build of its own.

use mainsheet_sdk::prelude::*;

/// Panics.
#[config]
pub struct Panics {
    /// What the panic says.
    #[field(default = "this guest always panics".to_owned())]
    message: String,
}

/// Whether this is the broken version.
static VERSION: [u8; 13] = *b"panics:broken";

async fn step(config: Panics, _: Flow) -> Finish {
    assert!(std::hint::black_box(&VERSION).ends_with(b"mended"), "{}", config.message);
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("panics", env!("CARGO_PKG_VERSION")).stage(Stage::new("panics", step))
}

mainsheet_sdk::export_stages!(plugin);
