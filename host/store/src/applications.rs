//! Applications. Names are compared without regard to the case of ASCII letters.

use domain::application::Application;
use domain::id::ApplicationName;

use crate::page::{cut, with_one_more};
use crate::read::Columns;
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "applications";

/// Reads applications.
pub struct Applications<'s> {
    pub(crate) store: &'s Store,
}

impl Applications<'_> {
    /// The application of that name.
    pub async fn get(&self, name: &ApplicationName) -> Result<Option<Application>, ReadError> {
        let row = sqlx::query("select * from applications where name = $1")
            .bind(name.as_str())
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// Applications by name.
    pub async fn list(&self, cursor: Option<&Cursor>, limit: u32) -> Result<Page<Application>, ReadError> {
        let rows = sqlx::query("select * from applications where name > $1 order by name limit $2")
            .bind(cursor.map_or("", |cursor| &cursor.0))
            .bind(with_one_more(limit))
            .fetch_all(self.store.readers())
            .await?;
        cut((TABLE, &rows, limit), |row| Ok(row.text("name")?.to_owned()), read)
    }
}

fn read(row: &Columns<'_>) -> Result<Application, ReadError> {
    Ok(Application {
        name: row.id("name")?,
        document: row.params("document")?,
        created: row.time("created")?,
        updated: row.time("updated")?,
        version: row.get("version")?,
    })
}
