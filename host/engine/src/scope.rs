//! Whose call it is and what it may do: the only place of the engine that puts grants into a call.

use domain::id::{Digest, PluginName};
use domain::operation::OperationKey;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Catalog, Grants, HttpGrant, Installed, Manifest};

/// A provider's component, and what counts of its grants.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    /// The plugin.
    pub plugin: PluginName,
    /// Its component.
    pub digest: Digest,
    /// Wanted ∩ granted.
    pub grants: Grants,
}

impl Provider {
    /// The component `digest` of the plugin that `manifest` names. What an operator grants counts as of now, so that taking a grant
    /// back takes hold at once; a plugin that was removed keeps what it had when the execution was pinned.
    pub(crate) fn new(manifest: &Manifest, digest: &Digest, pinned: &Catalog, current: &Catalog) -> Provider {
        let of = |catalog: &Catalog| catalog.plugins().get(&manifest.id).map(|installed| installed.granted.clone());
        let granted = of(current).or_else(|| of(pinned)).unwrap_or_default();
        Provider {
            plugin: manifest.id.clone(),
            digest: digest.clone(),
            grants: intersection(&manifest.grants, &granted),
        }
    }

    /// As [`Provider::new`], for a plugin of the pinned catalogue.
    pub(crate) fn of(installed: &Installed, pinned: &Catalog, current: &Catalog) -> Provider {
        Provider::new(&installed.manifest, &installed.digest, pinned, current)
    }

    /// The scope of a call for what `key` names.
    pub(crate) fn scope(&self, mode: Mode, application: &str, key: &OperationKey) -> Scope {
        Scope {
            plugin: self.plugin.clone(),
            digest: self.digest.clone(),
            grants: self.grants.clone(),
            mode,
            application: application.to_owned(),
            execution: key.execution.to_string(),
            key: if mode == Mode::Act { key.idempotency_key() } else { String::new() },
        }
    }
}

/// What is both wanted and granted. Networks come from the operator alone.
fn intersection(wanted: &Grants, granted: &Grants) -> Grants {
    let http = match (&wanted.http, &granted.http) {
        (Some(wanted), Some(granted)) => {
            Some(HttpGrant { hosts: hosts(wanted, granted), networks: granted.networks.clone() })
        }
        _ => None,
    };
    Grants { http, blobs: wanted.blobs && granted.blobs, sign: wanted.sign && granted.sign }
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
            let http = intersection(&grant(wanted, &["10.0.0.0/8"]), &grant(granted, &[])).http.unwrap_or_default();
            assert!(http.networks.is_empty(), "a manifest cannot grant itself networks");
            http.hosts
        };
        assert_eq!(both(&["*"], &["a.example.com"]), ["a.example.com"]);
        assert_eq!(both(&["a.example.com"], &["*"]), ["a.example.com"]);
        assert_eq!(both(&["*.example.com"], &["A.example.com", "b.other.com"]), ["A.example.com"]);
        assert_eq!(both(&["evilexample.com"], &["*.example.com"]), Vec::<String>::new());
        assert_eq!(both(&["example.com"], &["*.example.com"]), Vec::<String>::new());
        assert_eq!(intersection(&Grants { sign: true, ..Grants::default() }, &Grants::default()), Grants::default());
    }

    #[test]
    fn networks_are_the_operators() {
        let http = intersection(&grant(&["*"], &[]), &grant(&["*"], &["127.0.0.0/8"])).http.unwrap_or_default();
        assert_eq!(http.networks, ["127.0.0.0/8"]);
    }
}
