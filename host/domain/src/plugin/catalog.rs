//! The catalogue in force: an immutable map from what can be asked for to the component that answers.

use std::collections::BTreeMap;

use super::grant::Grants;
use super::manifest::{Manifest, StageOffer, TriggerOffer};
use crate::id::{Digest, PluginName};
use crate::pipeline::validate::Offered;
use crate::time::Timestamp;

/// One installed plugin in a catalogue revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// The component in force.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What an operator granted.
    pub granted: Grants,
    /// Whether it is offered to new executions.
    pub enabled: bool,
    /// When this digest was installed.
    pub installed: Timestamp,
    /// The digest before it, that `rollback` returns to.
    pub previous: Option<Digest>,
}

/// The catalogue at one revision. Immutable; nodes swap a pointer.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Grows with every install, enable, disable, rollback and removal.
    pub revision: i64,
    plugins: BTreeMap<PluginName, Installed>,
    stages: BTreeMap<String, Vec<(PluginName, usize)>>,
    providers: BTreeMap<String, PluginName>,
    triggers: BTreeMap<String, (PluginName, usize)>,
}

impl Catalog {
    /// Indexes `plugins` at `revision`; disabled ones are listed but not found.
    #[must_use]
    pub fn new(revision: i64, plugins: BTreeMap<PluginName, Installed>) -> Catalog {
        let mut catalog = Catalog { revision, ..Catalog::default() };
        for (name, installed) in plugins.iter().filter(|(_, installed)| installed.enabled) {
            for (index, stage) in installed.manifest.stages.iter().enumerate() {
                for key in std::iter::once(&stage.kind).chain(&stage.aliases) {
                    catalog.stages.entry(key.clone()).or_default().push((name.clone(), index));
                }
            }
            if let Some(provider) = &installed.manifest.provider {
                catalog.providers.insert(provider.clone(), name.clone());
            }
            for (index, trigger) in installed.manifest.triggers.iter().enumerate() {
                catalog.triggers.insert(trigger.kind.clone(), (name.clone(), index));
            }
        }
        catalog.plugins = plugins;
        catalog
    }

    /// All installed plugins, disabled ones included.
    #[must_use]
    pub fn plugins(&self) -> &BTreeMap<PluginName, Installed> {
        &self.plugins
    }

    /// The stage type for (type, provider): an offer for exactly that provider before one for any.
    #[must_use]
    pub fn find_stage(&self, kind: &str, provider: Option<&str>) -> Option<(&Installed, &StageOffer)> {
        let offers = self.stages.get(kind)?;
        let resolve = |(name, index): &(PluginName, usize)| {
            let installed = self.plugins.get(name)?;
            Some((installed, installed.manifest.stages.get(*index)?))
        };
        let all = || offers.iter().filter_map(resolve);
        all()
            .find(|(_, offer)| offer.provider.is_some() && offer.provider.as_deref() == provider)
            .or_else(|| all().find(|(_, offer)| offer.provider.is_none()))
    }

    /// The provider called `name`.
    #[must_use]
    pub fn find_provider(&self, name: &str) -> Option<&Installed> {
        self.plugins.get(self.providers.get(name)?)
    }

    /// The provider that resolves and fetches artifacts of the type `kind`: one that names it before one that serves all of its category
    /// (`kubernetes/*`).
    #[must_use]
    pub fn find_artifact(&self, kind: &str) -> Option<&Installed> {
        let serving = |served: &str| {
            let mut enabled = self.plugins.values().filter(|installed| installed.enabled);
            enabled.find(|installed| installed.manifest.artifacts.iter().any(|one| one == served))
        };
        let category = || kind.split_once('/').and_then(|(category, _)| serving(&format!("{category}/*")));
        serving(kind).or_else(category)
    }

    /// The provider that delivers notifications of the type `kind`.
    #[must_use]
    pub fn find_notifier(&self, kind: &str) -> Option<&Installed> {
        let mut enabled = self.plugins.values().filter(|installed| installed.enabled);
        enabled.find(|installed| installed.manifest.notifications.iter().any(|one| one == kind))
    }

    /// The trigger type `kind`.
    #[must_use]
    pub fn find_trigger(&self, kind: &str) -> Option<(&Installed, &TriggerOffer)> {
        let (name, index) = self.triggers.get(kind)?;
        let installed = self.plugins.get(name)?;
        Some((installed, installed.manifest.triggers.get(*index)?))
    }
}

impl Offered for Catalog {
    fn stage(&self, kind: &str, provider: Option<&str>) -> bool {
        self.find_stage(kind, provider).is_some()
    }

    fn stage_types(&self) -> Vec<String> {
        self.stages.keys().cloned().collect()
    }

    fn trigger(&self, kind: &str) -> bool {
        self.triggers.contains_key(kind)
    }
}
