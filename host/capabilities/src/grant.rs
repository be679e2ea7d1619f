//! The only file that says yes: what a call may use, by its scope and nothing else.

use std::net::IpAddr;
use std::str::FromStr;

use domain::plugin::call::{Mode, Scope};
use domain::{Digest, Failure, FailureClass, code::code};
use tokio::sync::mpsc;
use url::{Host, Url};

use crate::address::{Network, is_public};

/// Something that a plugin wanted and did not get.
#[derive(Clone, Debug)]
pub struct Denial {
    /// The plugin.
    pub plugin: String,
    /// Its component.
    pub digest: Digest,
    /// Application of the call; may be empty.
    pub application: String,
    /// Execution of the call; may be empty.
    pub execution: String,
    /// What was wanted and why it was denied.
    pub reason: String,
}

/// Decides, and keeps a record of what it denied.
pub(crate) struct Grants {
    networks: Vec<Network>,
    denials: mpsc::Sender<Denial>,
}

impl Grants {
    pub(crate) fn new(networks: Vec<Network>, denials: mpsc::Sender<Denial>) -> Grants {
        Grants { networks, denials }
    }

    /// Whether the call may send `method` to `url`. The address is checked again when it is connected to ([`Grants::address`]).
    pub(crate) fn request(&self, scope: &Scope, method: &str, url: &Url) -> Result<(), Failure> {
        let Some(grant) = &scope.grants.http else {
            return Err(self.deny(scope, "http.denied", format!("The plugin has no grant for http, so it may not reach {url}.")));
        };
        let reads = matches!(method, "GET" | "HEAD" | "OPTIONS");
        if scope.mode == Mode::Read && !reads {
            let message = format!("{method} to {url} would have an effect, and queries and verifications may only read.");
            return Err(self.deny(scope, "http.denied", message));
        }
        let host = url.host_str().unwrap_or_default();
        if !grant.hosts.iter().any(|pattern| fits(pattern, host)) {
            let hosts = grant.hosts.join(", ");
            let message = format!("`{host}` is not among the hosts granted to the plugin ({hosts}); an operator can grant it.");
            return Err(self.deny(scope, "http.denied", message));
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.address(scope, host, address.into()),
            Some(Host::Ipv6(address)) => self.address(scope, host, address.into()),
            _ => Ok(()),
        }
    }

    /// Whether the call may connect to `address`, which `host` resolved to.
    pub(crate) fn address(&self, scope: &Scope, host: &str, address: IpAddr) -> Result<(), Failure> {
        if is_reachable(&self.networks_of(scope), address) {
            return Ok(());
        }
        let message = format!(
            "`{host}` is {address}, an address that is not public; an operator can grant its network to the plugin or to all plugins."
        );
        Err(self.deny(scope, "http.denied", message))
    }

    /// Networks beyond the public ones that the call may connect to.
    pub(crate) fn networks_of(&self, scope: &Scope) -> Vec<Network> {
        let own = scope.grants.http.iter().flat_map(|grant| &grant.networks);
        // A text that is no network was refused when it was granted; here it grants nothing.
        self.networks.iter().copied().chain(own.filter_map(|text| Network::from_str(text).ok())).collect()
    }

    /// Whether the call may use blobs.
    pub(crate) fn blobs(&self, scope: &Scope) -> Result<(), Failure> {
        if scope.grants.blobs {
            return Ok(());
        }
        Err(self.deny(scope, "blob.denied", "The plugin has no grant for blobs.".to_owned()))
    }

    /// Whether the call may use keys.
    pub(crate) fn sign(&self, scope: &Scope) -> Result<(), Failure> {
        if scope.grants.sign {
            return Ok(());
        }
        Err(self.deny(scope, "secret.denied", "The plugin has no grant to sign with secrets.".to_owned()))
    }

    fn deny(&self, scope: &Scope, denied: &'static str, reason: String) -> Failure {
        let denial = Denial {
            plugin: scope.plugin.to_string(),
            digest: scope.digest.clone(),
            application: scope.application.clone(),
            execution: scope.execution.clone(),
            reason: reason.clone(),
        };
        if self.denials.try_send(denial).is_err() {
            tracing::warn!(plugin = %scope.plugin, reason, "denied, and the audit log does not keep up");
        }
        Failure::new(FailureClass::Denied, code(denied), reason)
    }
}

/// Whether `address` is public or in one of `networks`.
pub(crate) fn is_reachable(networks: &[Network], address: IpAddr) -> bool {
    is_public(address) || networks.iter().any(|network| network.contains(address))
}

/// Whether `host` fits `pattern`: `*` is any, `*.example.com` any below it, anything else exactly that, in any case.
fn fits(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_ascii_lowercase(), host.trim_end_matches('.').to_ascii_lowercase());
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => suffix.starts_with('.') && host.len() > suffix.len() && host.ends_with(suffix),
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plugin::HttpGrant;

    fn grants() -> (Grants, mpsc::Receiver<Denial>) {
        let (sender, receiver) = mpsc::channel(8);
        (Grants::new(Vec::new(), sender), receiver)
    }

    fn scope(hosts: &[&str], networks: &[&str], mode: Mode) -> Scope {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let http = Some(HttpGrant { hosts: texts(hosts), networks: texts(networks) });
        Scope {
            plugin: "provider-http".into(),
            digest: Digest::of(b""),
            grants: domain::plugin::Grants { http, ..Default::default() },
            mode,
            application: "demo".into(),
            execution: String::new(),
            key: String::new(),
        }
    }

    fn verdict(scope: &Scope, method: &str, url: &str) -> Result<(), String> {
        let (grants, _denials) = grants();
        grants.request(scope, method, &Url::parse(url).expect("a URL")).map_err(|failure| failure.code.to_string())
    }

    #[test]
    fn a_read_has_no_effects() {
        let reading = scope(&["*"], &[], Mode::Read);
        for method in ["POST", "PUT", "PATCH", "DELETE", "get", "PURGE"] {
            assert_eq!(verdict(&reading, method, "https://example.com/"), Err("http.denied".into()), "{method}");
        }
        assert_eq!(verdict(&reading, "GET", "https://example.com/"), Ok(()));
        assert_eq!(verdict(&scope(&["*"], &[], Mode::Act), "POST", "https://example.com/"), Ok(()));
    }

    #[test]
    fn hosts_are_those_granted() {
        let some = scope(&["api.example.com", "*.internal.example"], &[], Mode::Act);
        assert_eq!(verdict(&some, "GET", "https://API.example.com/x"), Ok(()));
        assert_eq!(verdict(&some, "GET", "https://a.b.internal.example./x"), Ok(()));
        for url in ["https://example.com/", "https://internal.example/", "https://evilinternal.example/"] {
            assert_eq!(verdict(&some, "GET", url), Err("http.denied".into()), "{url}");
        }
    }

    #[test]
    fn private_addresses_want_a_grant_of_their_network() {
        let any = scope(&["*"], &[], Mode::Act);
        for url in ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest", "http://0x7f000001/", "http://2130706433/"] {
            assert_eq!(verdict(&any, "GET", url), Err("http.denied".into()), "{url}");
        }
        assert_eq!(verdict(&scope(&["*"], &["127.0.0.0/8"], Mode::Act), "GET", "http://127.0.0.1/"), Ok(()));
    }

    #[test]
    fn a_denial_is_recorded() {
        let (grants, mut denials) = grants();
        let url = Url::parse("http://10.0.0.1/").expect("a URL");
        grants.request(&scope(&["*"], &[], Mode::Act), "GET", &url).expect_err("a private address");
        let denial = denials.try_recv().expect("a record");
        assert_eq!(denial.plugin, "provider-http");
        assert!(denial.reason.contains("10.0.0.1"), "{}", denial.reason);
    }
}
