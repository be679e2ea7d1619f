//! Capabilities and limits: wanted by a manifest, granted by an operator.

use serde::{Deserialize, Serialize};

/// Capabilities: wanted by a manifest, or granted by an operator. What counts is the intersection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// Hosts it may reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpGrant>,
    /// It may read and make blobs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blobs: bool,
    /// It may use keys as handles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sign: bool,
}

/// Where a plugin may send requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpGrant {
    /// Host names; `*` is any, `*.example.com` any below it.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Also private, loopback and link-local addresses, as `address/prefix`; only an operator grants these, no manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
}

impl Grants {
    /// What is wanted and not granted, one phrase each; empty when all is.
    #[must_use]
    pub fn missing_from(&self, granted: &Grants) -> Vec<String> {
        let mut missing = Vec::new();
        if let Some(wanted) = &self.http {
            let given = granted.http.as_ref().map(|grant| grant.hosts.as_slice()).unwrap_or_default();
            let open = given.iter().any(|host| host == "*");
            missing.extend(
                wanted.hosts.iter().filter(|host| !open && !given.contains(host)).map(|host| format!("http to {host}")),
            );
        }
        if self.blobs && !granted.blobs {
            missing.push("blobs".into());
        }
        if self.sign && !granted.sign {
            missing.push("sign".into());
        }
        missing
    }

    /// What is wanted here and in `granted`, too. Networks come from the operator alone.
    #[must_use]
    pub fn within(&self, granted: &Grants) -> Grants {
        let http = match (&self.http, &granted.http) {
            (Some(wanted), Some(granted)) => {
                Some(HttpGrant { hosts: hosts(wanted, granted), networks: granted.networks.clone() })
            }
            _ => None,
        };
        Grants { http, blobs: self.blobs && granted.blobs, sign: self.sign && granted.sign }
    }

    /// True without any capability.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Grants::default()
    }
}

/// What one call may cost (reference plugins-and-wasm.md §4.5). Absent: the host's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of linear memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u32>,
    /// Milliseconds of computing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// Milliseconds altogether, host waits included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<u32>,
    /// Bytes of stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<u32>,
}

/// Of each pair, the narrower pattern where one contains the other.
fn hosts(wanted: &HttpGrant, granted: &HttpGrant) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for one in &wanted.hosts {
        for other in &granted.hosts {
            let narrower = if contains(other, one) {
                one
            } else if contains(one, other) {
                other
            } else {
                continue;
            };
            if !hosts.contains(narrower) {
                hosts.push(narrower.clone());
            }
        }
    }
    hosts
}

/// Whether every host that fits `narrow` fits `wide`.
fn contains(wide: &str, narrow: &str) -> bool {
    let (wide, narrow) = (wide.to_ascii_lowercase(), narrow.to_ascii_lowercase());
    wide == "*"
        || wide == narrow
        || wide.strip_prefix('*').is_some_and(|suffix| {
            suffix.starts_with('.') && narrow.strip_prefix('*').unwrap_or(&narrow).ends_with(suffix)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(hosts: &[&str], networks: &[&str]) -> Grants {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Grants { http: Some(HttpGrant { hosts: texts(hosts), networks: texts(networks) }), ..Grants::default() }
    }

    #[test]
    fn only_what_is_wanted_and_granted_counts() {
        let both = |wanted: &[&str], granted: &[&str]| {
            let http = grant(wanted, &["10.0.0.0/8"]).within(&grant(granted, &[])).http.unwrap_or_default();
            assert!(http.networks.is_empty(), "a manifest cannot grant itself networks");
            http.hosts
        };
        assert_eq!(both(&["*"], &["a.example.com"]), ["a.example.com"]);
        assert_eq!(both(&["a.example.com"], &["*"]), ["a.example.com"]);
        assert_eq!(both(&["*.example.com"], &["A.example.com", "b.other.com"]), ["A.example.com"]);
        assert_eq!(both(&["evilexample.com"], &["*.example.com"]), Vec::<String>::new());
        assert_eq!(both(&["example.com"], &["*.example.com"]), Vec::<String>::new());
        assert_eq!(Grants { sign: true, ..Grants::default() }.within(&Grants::default()), Grants::default());
    }

    #[test]
    fn networks_are_the_operators() {
        let http = grant(&["*"], &[]).within(&grant(&["*"], &["127.0.0.0/8"])).http.unwrap_or_default();
        assert_eq!(http.networks, ["127.0.0.0/8"]);
    }
}
