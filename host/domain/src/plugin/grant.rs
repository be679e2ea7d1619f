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
