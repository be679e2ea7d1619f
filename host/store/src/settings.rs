//! Values of the installation.

use domain::Params;

use crate::{ReadError, Store};

/// Reads settings.
pub struct Settings<'s> {
    pub(crate) store: &'s Store,
}

impl Settings<'_> {
    /// The value under `key`.
    pub async fn get(&self, key: &str) -> Result<Option<Params>, ReadError> {
        let _ = (self.store, key);
        todo!()
    }
}
