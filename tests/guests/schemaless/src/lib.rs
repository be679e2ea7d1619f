//! Guest `schemaless`: a stage whose manifest lacks the schema of its configuration: it is refused at install.

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Schemaless {}

async fn step(_: Schemaless, _: Flow) -> Finish {
    Finish::succeeded()
}

/// The plugin, complete.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("schemaless", env!("CARGO_PKG_VERSION")).stage(Stage::new("schemaless", step))
}

/// Its manifest, without the schema.
pub fn manifest() -> Value {
    let mut manifest = plugin().describe();
    if let Some(stage) = manifest.pointer_mut("/stages/0").and_then(Value::as_object_mut) {
        stage.remove("schema");
    }
    manifest
}

#[cfg(target_arch = "wasm32")]
mod component {
    use mainsheet_sdk::bindings::stage::{export_stage, exports::mainsheet::stage::stage as contract};

    struct Component;

    impl contract::Guest for Component {
        fn describe() -> String {
            super::manifest().to_string()
        }
        fn check(_: String, _: String) -> Vec<contract::Problem> {
            Vec::new()
        }
        fn step(turn: contract::Turn) -> contract::Verdict {
            super::plugin().step(turn.into()).into()
        }
    }

    export_stage!(Component with_types_in mainsheet_sdk::bindings::stage);
}
