//! Guest `greedy`: a stage that imports http, which no stage may: it is refused at install.

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Greedy {}

async fn step(_: Greedy, flow: Flow) -> Finish {
    match mainsheet_sdk::http::Request::get("https://example.com/").send() {
        Ok(response) => flow.context("status", response.status),
        Err(failure) => return Finish::failed(failure),
    }
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("greedy", env!("CARGO_PKG_VERSION")).stage(Stage::new("greedy", step))
}

mainsheet_sdk::export_stages!(plugin);
