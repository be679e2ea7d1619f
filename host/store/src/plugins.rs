//! Components and catalogue revisions.

use domain::id::Digest;
use domain::plugin::Manifest;

use crate::{CatalogEntry, ReadError, Store};

/// Reads plugins.
pub struct Plugins<'s> {
    pub(crate) store: &'s Store,
}

impl Plugins<'_> {
    /// The newest catalogue revision and its plugins by name; 0 and nothing before the first install.
    pub async fn newest_revision(&self) -> Result<(i64, Vec<CatalogEntry>), ReadError> {
        let _ = self.store;
        todo!()
    }

    /// The plugins of a revision by name; absent when there is no such revision. Revision 0 is the empty one.
    pub async fn revision(&self, revision: i64) -> Result<Option<Vec<CatalogEntry>>, ReadError> {
        let _ = revision;
        todo!()
    }

    /// The bytes of a component.
    pub async fn component(&self, digest: &Digest) -> Result<Option<Vec<u8>>, ReadError> {
        let _ = digest;
        todo!()
    }

    /// What a component says of itself.
    pub async fn manifest(&self, digest: &Digest) -> Result<Option<Manifest>, ReadError> {
        let _ = digest;
        todo!()
    }

    /// Catalogue revisions that open executions are pinned to, and the newest.
    pub async fn revisions_in_use(&self) -> Result<Vec<i64>, ReadError> {
        todo!()
    }

    /// Digests that must stay: of revisions in use, what those could roll back to, and of open operations.
    pub async fn digests_in_use(&self) -> Result<Vec<Digest>, ReadError> {
        todo!()
    }
}
