//! The only file that says yes. Everything is denied unless a grant says otherwise; a denial is an answer with a code of
//! `grant.…`, and somebody is told.

use std::net::IpAddr;
use std::sync::Arc;

use domain::code::{Code, code};
use domain::plugin::call::{Mode, Scope};
use domain::{Failure, FailureClass};
use reqwest::Method;
use url::{Host, Url};

use crate::denial::{Denial, Denials};
use crate::network::{Network, reserved};

/// Decides, by the scope of a call and by what the operator opened to all.
pub(crate) struct Grant {
    open: Vec<Network>,
    denials: Arc<dyn Denials>,
}

impl Grant {
    pub(crate) fn new(open: Vec<Network>, denials: Arc<dyn Denials>) -> Grant {
        Grant { open, denials }
    }

    /// One hop of a request: its verb, its host, and its address where the URL spells it.
    ///
    /// # Errors
    /// The denial.
    pub(crate) fn request(&self, scope: &Scope, method: &Method, url: &Url) -> Result<(), Failure> {
        let wanted = || format!("{method} {}", place(url));
        if scope.mode == Mode::Read && !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            let why = "this call may only read: GET, HEAD and OPTIONS";
            return Err(self.deny(scope, code("grant.http-verb"), wanted(), why));
        }
        let host = url.host_str().unwrap_or_default();
        let hosts = scope.grants.http.as_ref().map(|http| http.hosts.as_slice()).unwrap_or_default();
        if !names(hosts, host) {
            let why = "its host is not among those granted to the plugin; an operator can grant it";
            return Err(self.deny(scope, code("grant.http-host"), wanted(), why));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        match literal {
            Some(address) if !allows(&self.networks(scope), address) => Err(self.refused_address(scope, url)),
            _ => Ok(()),
        }
    }

    /// The networks that are open to a call, in order, so that equal policies are equal.
    pub(crate) fn networks(&self, scope: &Scope) -> Vec<Network> {
        let granted = scope.grants.http.iter().flat_map(|http| &http.networks);
        let mut networks = self.open.clone();
        networks.extend(granted.filter_map(|text| {
            let network = text.parse::<Network>();
            network
                .inspect_err(|error| tracing::warn!(plugin = %scope.plugin, %error, "a granted network opens nothing"))
                .ok()
        }));
        networks.sort_unstable();
        networks.dedup();
        networks
    }

    /// The denial of an address that the host's name has, or that the URL spells.
    pub(crate) fn refused_address(&self, scope: &Scope, url: &Url) -> Failure {
        let why = "it leads to a private, loopback, link-local or metadata address; \
                   an operator can grant the network to the plugin, or open it to all (allow_networks)";
        self.deny(scope, code("grant.http-address"), place(url), why)
    }

    /// Blobs.
    ///
    /// # Errors
    /// The denial.
    pub(crate) fn blobs(&self, scope: &Scope, wanted: &str) -> Result<(), Failure> {
        if scope.grants.blobs {
            return Ok(());
        }
        Err(self.deny(scope, code("grant.blobs"), wanted.to_owned(), "the plugin has no grant for blobs"))
    }

    /// Keys.
    ///
    /// # Errors
    /// The denial.
    pub(crate) fn sign(&self, scope: &Scope, secret: &str) -> Result<(), Failure> {
        if scope.grants.sign {
            return Ok(());
        }
        let wanted = format!("the key `{secret}`");
        Err(self.deny(scope, code("grant.sign"), wanted, "the plugin has no grant for keys"))
    }

    fn deny(&self, scope: &Scope, code: Code, wanted: String, why: &str) -> Failure {
        let message = format!("The plugin {} is denied {wanted}: {why}.", scope.plugin);
        self.denials.denied(Denial {
            plugin: scope.plugin.to_string(),
            digest: scope.digest.to_string(),
            application: scope.application.clone(),
            execution: scope.execution.clone(),
            key: scope.key.clone(),
            code: code.to_string(),
            wanted,
        });
        Failure::new(FailureClass::Denied, code, message)
    }
}

/// Whether an address may be connected to: public, or in a network that is open.
pub(crate) fn allows(networks: &[Network], address: IpAddr) -> bool {
    reserved(address).is_none() || networks.iter().any(|network| network.contains(address))
}

/// Whether one of the patterns names a host: `*`, `*.example.com` for any below it, or the name itself.
pub(crate) fn names(patterns: &[String], host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    patterns.iter().any(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => pattern == "*" || pattern == host,
        }
    })
}

/// A URL without what may be secret in it.
pub(crate) fn place(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

#[cfg(test)]
mod tests {

    #[test]
    fn patterns_name_hosts() {
        let names = |pattern: &str, host: &str| super::names(&[pattern.to_owned()], host);
        assert!(names("*", "a.b") && names("example.com", "Example.COM") && names("example.com", "example.com."));
        assert!(names("*.example.com", "a.example.com") && names("*.example.com", "a.b.example.com"));
        assert!(!names("*.example.com", "example.com") && !names("*.example.com", "evilexample.com"));
        assert!(!names("*.example.com", ".example.com") && !names("example.com", "example.com.evil.org"));
        assert!(!super::names(&[], "example.com"));
    }
}
