//! Stage `noop`: does nothing, and so joins or marks branches. Behaviour: reference `pipelines-and-stages.md` §3.17.

use mainsheet_sdk::prelude::*;

/// Does nothing.
#[config]
pub struct Noop {}

async fn noop(_: Noop, flow: Flow) -> Finish {
    flow.phase("noop");
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("noop", noop)
            .aliases(&["waitForRequisiteCompletion"])
            .label("No operation", "空操作")
            .help("Does nothing: joins branches, or marks a place.", "不执行任何操作，用于汇合分支或标记位置。"),
    )
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
