//! Components and catalogue revisions.

use domain::id::Digest;
use domain::plugin::Manifest;

use crate::read::{Columns, all};
use crate::{CatalogEntry, ReadError, Store};

const TABLE: &str = "catalog_entries";

/// Reads plugins.
pub struct Plugins<'s> {
    pub(crate) store: &'s Store,
}

impl Plugins<'_> {
    /// The newest catalogue revision and its plugins by name; 0 and nothing before the first install.
    pub async fn newest_revision(&self) -> Result<(i64, Vec<CatalogEntry>), ReadError> {
        let newest: Option<i64> =
            sqlx::query_scalar("select max(revision) from catalog_revisions").fetch_one(self.store.readers()).await?;
        match newest {
            None => Ok((0, Vec::new())),
            Some(newest) => Ok((newest, self.entries(newest).await?)),
        }
    }

    /// The plugins of a revision by name; absent when there is no such revision. Revision 0 is the empty one.
    pub async fn revision(&self, revision: i64) -> Result<Option<Vec<CatalogEntry>>, ReadError> {
        let found: Option<i64> = sqlx::query_scalar("select 1 from catalog_revisions where revision = $1")
            .bind(revision)
            .fetch_optional(self.store.readers())
            .await?;
        if found.is_none() && revision != 0 {
            return Ok(None);
        }
        self.entries(revision).await.map(Some)
    }

    async fn entries(&self, revision: i64) -> Result<Vec<CatalogEntry>, ReadError> {
        let rows = sqlx::query("select * from catalog_entries where revision = $1 order by name")
            .bind(revision)
            .fetch_all(self.store.readers())
            .await?;
        all(TABLE, &rows, |row| {
            Ok(CatalogEntry {
                name: row.id("name")?,
                digest: row.id("digest")?,
                granted: row.json("granted")?,
                enabled: row.get("enabled")?,
                previous: row.optional_id("previous")?,
                installed: row.time("installed")?,
            })
        })
    }

    /// The bytes of a component.
    pub async fn component(&self, digest: &Digest) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(sqlx::query_scalar("select bytes from components where digest = $1")
            .bind(digest.as_str())
            .fetch_optional(self.store.readers())
            .await?)
    }

    /// What a component says of itself.
    pub async fn manifest(&self, digest: &Digest) -> Result<Option<Manifest>, ReadError> {
        let row = sqlx::query("select manifest from components where digest = $1")
            .bind(digest.as_str())
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| Columns { table: "components", row: &row }.json("manifest")).transpose()
    }

    /// Catalogue revisions that open executions are pinned to, and the newest.
    pub async fn revisions_in_use(&self) -> Result<Vec<i64>, ReadError> {
        Ok(sqlx::query_scalar(
            "select distinct s.catalog from executions e indexed by executions_open
              join execution_starts s on s.execution = e.number where e.ended is null
            union select revision from (select max(revision) as revision from catalog_revisions) where revision is not null
            order by 1",
        )
        .fetch_all(self.store.readers())
        .await?)
    }

    /// Digests that must stay: of revisions in use, what those could roll back to, and of open operations.
    pub async fn digests_in_use(&self) -> Result<Vec<Digest>, ReadError> {
        let revisions = serde_json::to_string(&self.revisions_in_use().await?)
            .map_err(|error| ReadError::Database(error.to_string()))?;
        let digests: Vec<String> = sqlx::query_scalar(
            "select digest from catalog_entries where revision in (select value from json_each($1))
            union select previous from catalog_entries where revision in (select value from json_each($1)) and previous is not null
            union select digest from operations indexed by operations_open where ended is null order by 1",
        )
        .bind(revisions)
        .fetch_all(self.store.readers())
        .await?;
        Ok(digests.into_iter().map(Digest::from).collect())
    }
}
