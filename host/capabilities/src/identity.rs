//! Credentials of accounts: added at the host's edge, to the hosts that the account names and no others.
//!
//! Which members of an account's configuration are credentials is the same for all providers, by the kinds of identities that a manifest
//! says its accounts can lend: `basic` is `username` and `password`; `bearer` is `token`; `header` is every member of `headers`; `mtls` is
//! `certificate` and `privateKey`, as PEM. Hosts are those of `hosts`, each a name, `*.example.com`, or with a port, and that of the URL
//! `address`. `certificateAuthority`, as PEM, is trusted beside the public authorities when one of them is called.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::plugin::call::Scope;
use url::Url;
use zeroize::Zeroizing;

use crate::grant;
use crate::vault::{Revealed, Vault};

/// Where credentials come from.
#[async_trait]
pub trait Identities: Send + Sync {
    /// The credentials of an account that this call may act with; absent if there are none.
    async fn identity(&self, scope: &Scope, account: &str) -> Option<Identity>;
}

/// Credentials. Not `Debug`: they are in no log.
#[derive(Clone)]
pub struct Identity {
    /// Host names that get them; `*.example.com` is any below it, `example.com:8443` that port alone. None: nobody does.
    pub hosts: Vec<String>,
    /// Headers that they are, such as `Authorization`.
    pub headers: Vec<(String, String)>,
    /// How connections to these hosts are made, where it is not as to everybody.
    pub tls: Option<Tls>,
}

/// A client certificate, and whom the server's is believed to.
#[derive(Clone)]
pub struct Tls {
    /// Certificates and private key of the client, as PEM.
    pub client: Option<Zeroizing<String>>,
    /// Authorities beside the public ones, as PEM.
    pub authorities: Option<String>,
}

impl Identity {
    /// Whether a request to `url` gets them.
    pub(crate) fn is_for(&self, url: &Url) -> bool {
        let (Some(host), port) = (url.host_str(), url.port_or_known_default()) else { return false };
        self.hosts.iter().map(|pattern| split(pattern)).any(|(pattern, wanted)| {
            // Credentials for everybody are nobody's.
            pattern != "*"
                && wanted.is_none_or(|wanted| Some(wanted) == port)
                && grant::names(&[pattern.to_owned()], host)
        })
    }
}

/// A host, and a port where the pattern has one.
fn split(pattern: &str) -> (&str, Option<u16>) {
    match pattern.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            port.parse().map_or((pattern, Option::None), |port| (host, Some(port)))
        }
        _ => (pattern, Option::None),
    }
}

/// No accounts are configured.
pub(crate) struct None;

#[async_trait]
impl Identities for None {
    async fn identity(&self, _: &Scope, _: &str) -> Option<Identity> {
        Option::None
    }
}

/// The account that the call acts on, and no other: whoever made the scope asked whether the run may.
pub(crate) struct OfAccounts(pub(crate) Arc<Vault>);

#[async_trait]
impl Identities for OfAccounts {
    async fn identity(&self, scope: &Scope, account: &str) -> Option<Identity> {
        let bound = scope.account.as_ref().filter(|bound| bound.view.name == account)?;
        match self.0.reveal_account(&bound.view).await {
            Ok(revealed) => Some(lent(&revealed, &bound.identities)),
            Err(error) => {
                tracing::error!(%error, code = %error.code(), account, "an account lends no credentials: a secret of it cannot be opened");
                Option::None
            }
        }
    }
}

fn lent(account: &Revealed, kinds: &[String]) -> Identity {
    let mut headers = Vec::new();
    let lends = |kind: &str| kinds.iter().any(|known| known == kind);
    let (username, password, token) = (account.text("/username"), account.text("/password"), account.text("/token"));
    if let (true, Some(username)) = (lends("basic"), username) {
        let pair = format!("{username}:{}", password.or(token).unwrap_or_default());
        headers.push(("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair))));
    } else if let (true, Some(token)) = (lends("bearer"), token) {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    if lends("header") {
        headers
            .extend(account.members("/headers").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    let mut hosts: Vec<String> = account.list("/hosts").into_iter().map(|host| host.trim().to_owned()).collect();
    hosts.extend(account.text("/address").and_then(place));
    Identity { hosts, headers, tls: tls(account, lends("mtls")) }
}

fn tls(account: &Revealed, has_client: bool) -> Option<Tls> {
    let pair = account.text("/certificate").zip(account.text("/privateKey")).filter(|_| has_client);
    let client = pair.map(|(certificate, key)| Zeroizing::new(format!("{certificate}\n{key}\n")));
    let authorities = account.text("/certificateAuthority").map(str::to_owned);
    (client.is_some() || authorities.is_some()).then_some(Tls { client, authorities })
}

/// Host and port of an address.
fn place(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_for(hosts: &[&str], url: &str) -> bool {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Identity { hosts, headers: Vec::new(), tls: Option::None }.is_for(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn hosts_get_credentials_by_name_and_by_port_where_one_is_named() {
        assert!(is_for(&["a.example.com"], "https://A.example.com:8443/x"));
        assert!(is_for(&["*.example.com"], "https://b.a.example.com/"));
        assert!(is_for(&["a.example.com:443"], "https://a.example.com/"));
        assert!(is_for(&["[::1]:8080"], "http://[::1]:8080/"));
        for (hosts, url) in [
            (&["a.example.com:443"][..], "https://a.example.com:444/"),
            (&["a.example.com"], "https://a.example.com.evil.org/"),
            (&["*.example.com"], "https://example.com/"),
            (&["*"], "https://a.example.com/"),
            (&["::1"], "http://[::2]/"),
            (&[], "https://a.example.com/"),
        ] {
            assert!(!is_for(hosts, url), "{hosts:?} {url}");
        }
        assert_eq!(place("https://ci.example.com/jenkins").as_deref(), Some("ci.example.com:443"));
        assert_eq!(place("ci.example.com"), Option::None);
    }
}
