//! Where the runtime gets components from: the store.

use async_trait::async_trait;
use domain::Digest;
use runtime::Components;
use store::Store;

/// Components of the store, by digest.
#[derive(Clone)]
pub struct StoredComponents {
    /// The store.
    pub store: Store,
}

impl StoredComponents {
    /// Components of `store`.
    #[must_use]
    pub fn new(store: Store) -> StoredComponents {
        StoredComponents { store }
    }
}

#[async_trait]
impl Components for StoredComponents {
    async fn component(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.store.plugins().component(digest).await.unwrap_or_else(|error| {
            tracing::error!(%error, %digest, "a component could not be read");
            None
        })
    }
}
