//! Guest `recursion`: a stage that calls itself for ever.

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Recursion {}

/// Neither a tail call nor anything that an optimizer turns into a loop.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX { 0 } else { deeper(depth + 1).rotate_left(3).wrapping_sub(depth) }
}

async fn step(_: Recursion, flow: Flow) -> Finish {
    flow.context("depth", deeper(std::hint::black_box(0)));
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("recursion", env!("CARGO_PKG_VERSION")).stage(Stage::new("recursion", step))
}

mainsheet_sdk::export_stages!(plugin);
