//! The catalogue in force, and those that executions are pinned to.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::Digest;
use domain::code::code;
use domain::plugin::{Catalog, Installed, Manifest};
use store::{CatalogEntry, Store};

use crate::cache::Cache;
use crate::{AppError, ErrorClass};

/// Catalogues by revision; immutable, so what was read once stays right.
pub struct Catalogs {
    store: Store,
    current: ArcSwap<Catalog>,
    at: Cache<i64, Arc<Catalog>>,
    manifests: Cache<Digest, Arc<Manifest>>,
}

impl Catalogs {
    /// Reads the newest revision.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load(store: Store) -> Result<Catalogs, AppError> {
        let current = ArcSwap::from_pointee(Catalog::default());
        let catalogs = Catalogs { store, current, at: Cache::new(), manifests: Cache::new() };
        catalogs.refresh().await?;
        Ok(catalogs)
    }

    /// The catalogue in force: what new executions are pinned to.
    #[must_use]
    pub fn current(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// The catalogue at a revision: what an execution that is pinned to it runs on.
    ///
    /// # Errors
    /// `plugin.revision-unknown` when there is no such revision; the store cannot be read.
    pub async fn at(&self, revision: i64) -> Result<Arc<Catalog>, AppError> {
        let current = self.current();
        if current.revision == revision {
            return Ok(current);
        }
        if let Some(known) = self.at.get(&revision) {
            return Ok(known);
        }
        let entries = self.store.plugins().revision(revision).await?.ok_or_else(|| {
            let message = format!("There is no catalogue revision {revision}.");
            AppError::new(ErrorClass::Internal, code("plugin.revision-unknown"), message)
        })?;
        let catalog = Arc::new(self.build(revision, entries).await?);
        self.at.fill(self.at.generation(), revision, Arc::clone(&catalog));
        Ok(catalog)
    }

    /// Takes the newest revision into force.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn refresh(&self) -> Result<Arc<Catalog>, AppError> {
        let (revision, entries) = self.store.plugins().newest_revision().await?;
        if self.current.load().revision != revision || revision == 0 {
            let catalog = Arc::new(self.build(revision, entries).await?);
            // Two may refresh at once: the newer one stays.
            self.current.rcu(|now| if now.revision > revision { Arc::clone(now) } else { Arc::clone(&catalog) });
        }
        Ok(self.current())
    }

    /// What a component says of itself.
    pub(crate) async fn manifest(&self, digest: &Digest) -> Result<Arc<Manifest>, AppError> {
        if let Some(known) = self.manifests.get(digest) {
            return Ok(known);
        }
        let manifest = self.store.plugins().manifest(digest).await?.ok_or_else(|| {
            let message = format!("The store has lost the component {digest}.");
            AppError::new(ErrorClass::Internal, code("plugin.component-lost"), message)
        })?;
        let manifest = Arc::new(manifest);
        self.manifests.fill(self.manifests.generation(), digest.clone(), Arc::clone(&manifest));
        Ok(manifest)
    }

    async fn build(&self, revision: i64, entries: Vec<CatalogEntry>) -> Result<Catalog, AppError> {
        let mut plugins = BTreeMap::new();
        for entry in entries {
            let CatalogEntry { name, digest, granted, enabled, previous, installed } = entry;
            let manifest = Manifest::clone(self.manifest(&digest).await?.as_ref());
            plugins.insert(name, Installed { digest, manifest, granted, enabled, installed, previous });
        }
        Ok(Catalog::new(revision, plugins))
    }
}
