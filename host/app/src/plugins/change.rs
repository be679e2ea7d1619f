//! A new revision of the catalogue, by compare and set.

use std::sync::Arc;

use domain::Params;
use domain::plugin::{Catalog, Installed};
use store::{CatalogEntry, Write, WriteError};

use crate::access::Attempt;
use crate::{App, AppError, Caller};

/// How often a change is made again when another replica was faster.
const TRIES: usize = 5;

/// What a change makes of the catalogue: the plugins of the new revision, what is written with it, and what the audit log says.
pub(super) struct Changed {
    pub entries: Vec<CatalogEntry>,
    pub with: Vec<Write>,
    pub details: Params,
}

impl App {
    /// Makes the revision that `change` wants out of the newest one, and takes it into force. Where `change` wants nothing, the
    /// newest stays.
    pub(super) async fn change_catalog(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        change: impl Fn(&Catalog) -> Result<Option<Changed>, AppError>,
    ) -> Result<Arc<Catalog>, AppError> {
        let _deciding = self.inner.deciding.of("catalog").await;
        let mut catalog = self.inner.catalogs.current();
        for _ in 0..TRIES {
            let Some(Changed { entries, with, details }) = change(&catalog)? else { return Ok(catalog) };
            let mut unit = with;
            let at = self.inner.environment.now();
            unit.push(Write::Catalog { expect: catalog.revision, plugins: entries, at });
            unit.push(Write::Audit(self.entry(caller, attempt, details)));
            match self.inner.store.write(unit).await {
                Ok(()) => return self.inner.catalogs.refresh().await,
                Err(WriteError::Changed { .. }) => catalog = self.inner.catalogs.refresh().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(WriteError::Changed { what: "catalog" }.into())
    }
}

/// The rows of a catalogue.
pub(super) fn entries(catalog: &Catalog) -> Vec<CatalogEntry> {
    catalog.plugins().values().map(entry).collect()
}

pub(super) fn entry(installed: &Installed) -> CatalogEntry {
    let Installed { digest, manifest, granted, enabled, installed, previous } = installed;
    CatalogEntry {
        name: manifest.id.clone(),
        digest: digest.clone(),
        granted: granted.clone(),
        enabled: *enabled,
        previous: previous.clone(),
        installed: *installed,
    }
}
