//! Guest `scripted`: stages that ask for whatever a test writes down, so that a test can bring an engine into any situation.
//!
//! - `noop` finishes at once.
//! - `act` has one operation performed, `nothing` of provider `idle` unless its configuration says otherwise.
//! - `script` asks what its configuration lists, round by round, and ends as it says.

mod script;

use mainsheet_sdk::prelude::*;

/// Nothing to configure.
#[config]
pub struct Noop {}

/// One operation.
#[config]
pub struct Act {
    /// Provider.
    #[field(default = "idle".to_owned())]
    provider: String,
    /// Operation.
    #[field(default = "nothing".to_owned())]
    operation: String,
    /// Account to act on.
    account: Option<String>,
    /// Input of the operation.
    #[field(default = json!({}))]
    input: Value,
}

async fn noop(_: Noop, flow: Flow) -> Finish {
    flow.phase("noop");
    Finish::succeeded()
}

async fn act(config: Act, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("act");
    let operation = Operation::new(config.operation, config.input).provider(config.provider).account(config.account);
    let answer = flow.operate("act", operation).await?;
    flow.context("act", answer);
    Ok(Finish::succeeded())
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new("scripted", env!("CARGO_PKG_VERSION"))
        .label("Scripted", "脚本")
        .stage(Stage::new("noop", noop).label("No operation", "空操作"))
        .stage(Stage::new("act", act).label("Act", "操作"))
        .stage(Stage::new("script", script::script).label("Script", "脚本").reads(&["region", "image"]).skippable())
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
