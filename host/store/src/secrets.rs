//! Secrets, sealed. What is under the seal is the vault's to know.

use domain::secret::{NamedSecret, SealedSecret};

use crate::page::{cut, with_one_more};
use crate::read::{Columns, all};
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "secrets";

/// Reads secrets.
pub struct Secrets<'s> {
    pub(crate) store: &'s Store,
}

impl Secrets<'_> {
    /// The secret of that name, an account's or the operator's.
    pub async fn get(&self, name: &str) -> Result<Option<SealedSecret>, ReadError> {
        let row = sqlx::query("select * from secrets where name = $1")
            .bind(name)
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// The operator's secrets by name.
    pub async fn named(&self, cursor: Option<&Cursor>, limit: u32) -> Result<Page<NamedSecret>, ReadError> {
        let sql =
            "select name, created, updated from secrets where account is null and name > $1 order by name limit $2";
        let rows = sqlx::query(sql)
            .bind(cursor.map_or("", |cursor| &cursor.0))
            .bind(with_one_more(limit))
            .fetch_all(self.store.readers())
            .await?;
        cut(
            (TABLE, &rows, limit),
            |row| Ok(row.text("name")?.to_owned()),
            |row| {
                Ok(NamedSecret { name: row.get("name")?, created: row.time("created")?, updated: row.time("updated")? })
            },
        )
    }

    /// Ids of the keys under which anything is sealed.
    pub async fn keys(&self) -> Result<Vec<String>, ReadError> {
        Ok(sqlx::query_scalar("select distinct key from secrets order by key").fetch_all(self.store.readers()).await?)
    }

    /// Up to `limit` secrets that are sealed under any other key than `key`.
    pub async fn not_under(&self, key: &str, limit: u32) -> Result<Vec<SealedSecret>, ReadError> {
        let rows = sqlx::query("select * from secrets where key <> $1 order by name limit $2")
            .bind(key)
            .bind(limit)
            .fetch_all(self.store.readers())
            .await?;
        all(TABLE, &rows, read)
    }
}

fn read(row: &Columns<'_>) -> Result<SealedSecret, ReadError> {
    Ok(SealedSecret {
        name: row.get("name")?,
        account: row.optional_id("account")?,
        key: row.get("key")?,
        sealed: row.get("sealed")?,
        created: row.time("created")?,
        updated: row.time("updated")?,
    })
}
