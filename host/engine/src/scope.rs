//! Whose call it is and what it may do: the only place of the engine that puts grants into a call.

use domain::id::{Digest, PluginName};
use domain::operation::OperationKey;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Catalog, Grants, Installed, Manifest};

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
        Provider { plugin: manifest.id.clone(), digest: digest.clone(), grants: manifest.grants.within(&granted) }
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
            account: None,
        }
    }
}
