//! Stage `{{name}}`: greets somebody.

use mainsheet_sdk::prelude::*;

/// Greets somebody.
#[config]
pub struct Config {
    /// Whom to greet.
    #[field(en = "Whom", zh = "对象", default = "world".to_owned())]
    whom: String,
}

/// Runs from the top in every step: what has its answer is ready at once, what has none is asked once and waited for.
async fn run(config: Config, flow: Flow) -> Finish {
    flow.phase("greet");
    flow.output("greeting", format!("Hello, {}!", config.whom));
    Finish::succeeded()
}

/// What the server learns of this plugin at install.
pub fn plugin() -> StagePlugin {
    let stage = Stage::new("{{name}}", run).label("Greet", "问候").help("Greets somebody.", "向某人问好。");
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(stage)
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
