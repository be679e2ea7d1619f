//! Provider `http`: sends requests and watches status addresses. Rules: reference `pipelines-and-stages.md` §3.7.

mod poll;
mod reply;
mod request;
mod signature;

use mainsheet_sdk::provider::{OperationKind, ProviderPlugin};

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .named("http")
        .label("HTTP", "HTTP")
        .help("Sends HTTP requests and watches status addresses.", "发送 HTTP 请求，并轮询状态地址。")
        .operation(OperationKind::new("request", request::request))
        .operation(OperationKind::new("poll", poll::poll).safe())
        .account::<request::Account>(&["basic", "bearer", "header"])
        .wants_http(&["*"])
        .wants("sign", true.into())
}

mainsheet_sdk::export_provider!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::provider(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
