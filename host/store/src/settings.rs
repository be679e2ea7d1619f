//! Values of the installation.

use domain::Params;

use crate::read::Columns;
use crate::{ReadError, Store};

/// Reads settings.
pub struct Settings<'s> {
    pub(crate) store: &'s Store,
}

impl Settings<'_> {
    /// The value under `key`.
    pub async fn get(&self, key: &str) -> Result<Option<Params>, ReadError> {
        let row = sqlx::query("select value from settings where key = $1")
            .bind(key)
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| Columns { table: "settings", row: &row }.params("value")).transpose()
    }
}
