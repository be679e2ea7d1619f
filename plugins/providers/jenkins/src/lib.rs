//! Provider `jenkins`: starts, watches and stops builds of a Jenkins server. Rules: reference `pipelines-and-stages.md` §3.10.

mod properties;
mod server;
mod start;
mod stop;
mod watch;

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationKind, ProviderPlugin};

/// What an account of Jenkins holds; the host adds the credentials (user and API token, as `basic`) at its edge.
#[config]
pub struct Account {
    /// Address of the server.
    #[field(en = "Address", zh = "服务器地址", required)]
    address: String,
    /// Further hosts that get the credentials, beside that of the address.
    #[field(en = "Hosts", zh = "主机")]
    hosts: Vec<String>,
    /// User whose API token it is.
    #[field(en = "Username", zh = "用户名")]
    username: String,
    /// The user's API token, sent as the password.
    #[field(en = "API token", zh = "API 令牌", secret)]
    token: String,
}

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .named("jenkins")
        .label("Jenkins", "Jenkins")
        .help("Starts, watches and stops builds of a Jenkins server.", "在 Jenkins 服务器上启动、监控和停止构建。")
        .operation(OperationKind::new("start", start::start).never_repeated())
        .operation(OperationKind::new("number", watch::number).safe())
        .operation(OperationKind::new("build", watch::build).safe())
        .operation(OperationKind::new("properties", properties::properties).safe())
        .operation(OperationKind::new("stop", stop::stop).safe())
        .account::<Account>(&["basic"])
        .wants_http(&["*"])
}

mainsheet_sdk::export_provider!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::provider(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
