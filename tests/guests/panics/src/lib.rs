//! Guest `panics`: a stage whose every step panics, so that hosts can show what they make of it.

use mainsheet_sdk::prelude::*;

/// Panics.
#[config]
pub struct Panics {
    /// What the panic says.
    #[field(default = "this guest always panics".to_owned())]
    message: String,
}

async fn step(config: Panics, _: Flow) -> Finish {
    panic!("{}", config.message)
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("panics", env!("CARGO_PKG_VERSION")).stage(Stage::new("panics", step))
}

mainsheet_sdk::export_stages!(plugin);
