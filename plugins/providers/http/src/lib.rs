//! Provider `http`: sends requests, watches status addresses, fetches files, and tells URLs of what happens. Rules: reference
//! `pipelines-and-stages.md` §3.7, §2.14, §6.

mod account;
mod fetch;
mod notify;
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
        .help(
            "Sends HTTP requests, watches status addresses, fetches files and delivers notifications to URLs.",
            "发送 HTTP 请求、轮询状态地址、获取文件，并向 URL 发送通知。",
        )
        .operation(OperationKind::new("request", request::request))
        .operation(OperationKind::new("poll", poll::poll).safe())
        .operation(OperationKind::new("fetch", fetch::fetch).safe())
        .operation(OperationKind::new("notify", notify::notify))
        .artifacts(&["http/file"])
        .notifications(&["webhook", "http"])
        .account::<account::Credentials>(&["basic", "bearer", "header", "mtls"])
        .verified_by(account::verify)
        .wants_http(&["*"])
        .wants("blobs", true.into())
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
