//! What an account of `http` holds, and how it is looked at. The host adds the credentials at its edge.

use mainsheet_sdk::Account;
use mainsheet_sdk::http::Request;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::Finding;

/// Credentials, and who gets them.
#[config]
pub struct Credentials {
    /// Hosts that get the credentials: names, `*.example.com` for any below it, or with a port. Nobody else does, redirects included.
    #[field(en = "Hosts", zh = "主机", help_zh = "可获得凭据的主机：名称、*.example.com 或带端口", required)]
    hosts: Vec<String>,
    /// Name of the user, for basic authentication.
    #[field(en = "Username", zh = "用户名")]
    username: String,
    /// Password of the user, for basic authentication.
    #[field(en = "Password", zh = "密码", secret)]
    password: String,
    /// Token, sent as `Authorization: Bearer`.
    #[field(en = "Token", zh = "令牌", secret)]
    token: String,
    /// Further headers, each with its value.
    #[field(en = "Headers", zh = "请求头", widget = "key-value", secret)]
    headers: Map<String, Value>,
    /// Client certificate as PEM, with those that lead to its authority.
    #[field(en = "Certificate", zh = "客户端证书", widget = "text")]
    certificate: String,
    /// Private key of the certificate, as PEM.
    #[field(en = "Private key", zh = "私钥", secret)]
    private_key: String,
    /// Authorities that the hosts' certificates may be from, beside the public ones; as PEM.
    #[field(en = "Certificate authority", zh = "证书颁发机构", widget = "text")]
    certificate_authority: String,
    /// Address that is asked, with GET and the credentials, when the account is looked at.
    #[field(en = "Address to check", zh = "校验地址")]
    check_url: String,
}

/// Looks whether the credentials are taken, where the account names an address to ask.
pub fn verify(account: Account) -> Vec<Finding> {
    let text = |key: &str| account.config.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let given = |key: &str| account.config.get(key).is_some_and(|value| !is_empty(value));
    let mut findings = Vec::new();
    if !given("hosts") {
        let message = "The account names no hosts, so nobody gets its credentials; fill in `hosts`.";
        findings.push(found("error", code("http.no-hosts"), message));
    }
    if !(given("username") || given("token") || given("headers") || given("certificate")) {
        let message = "The account holds no credentials; fill in `username` and `password`, `token`, `headers`, or `certificate` and `privateKey`.";
        findings.push(found("warning", code("http.no-credentials"), message));
    }
    if !text("checkUrl").is_empty() {
        findings.push(check(text("checkUrl"), &account.name));
    }
    findings
}

fn check(url: &str, account: &str) -> Finding {
    match Request::get(url).identity(Some(account.to_owned())).send() {
        Ok(response) if matches!(response.status, 401 | 403) => {
            let message = format!("{url} answered {}: it does not take these credentials.", response.status);
            found("error", code("http.credentials-refused"), message)
        }
        Ok(response) if response.status >= 400 => {
            let message = format!("{url} answered {}, which tells nothing of the credentials.", response.status);
            found("warning", code("http.status"), message)
        }
        Ok(response) => found("ok", code("http.credentials-taken"), format!("{url} answered {}.", response.status)),
        Err(failure) => failure.into(),
    }
}

fn found(level: &'static str, code: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding { level, code: code.into(), message: message.into() }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_without_hosts_is_an_error_and_without_credentials_a_warning() {
        let levels = |config| {
            let account = Account { name: "a".into(), provider: "http".into(), config };
            verify(account).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(levels(json!({})), ["http.no-hosts", "http.no-credentials"]);
        assert_eq!(levels(json!({ "hosts": ["a"], "token": { "$secret": "account:1" } })), Vec::<String>::new());
    }
}
