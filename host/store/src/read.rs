//! Why a read failed, and how columns become values of the domain.

use domain::{Params, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row, Type};

/// Why a read failed; never because of what was asked for, except by a cursor that is none of ours.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(String),
    /// A row does not hold what it should: a fault of ours, or a damaged file.
    #[error("a row of {table} is damaged: {reason}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The cursor is none that a page of this list gave.
    #[error("the cursor is not one of this list")]
    Cursor,
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        ReadError::Database(error.to_string())
    }
}

/// A row of a known table.
pub(crate) struct Columns<'r> {
    pub(crate) table: &'static str,
    pub(crate) row: &'r SqliteRow,
}

impl<'r> Columns<'r> {
    pub(crate) fn get<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: &str) -> Result<T, ReadError> {
        self.row.try_get(column).map_err(|error| self.damaged(error))
    }

    pub(crate) fn text(&self, column: &str) -> Result<&'r str, ReadError> {
        self.get(column)
    }

    /// A text as an identity.
    pub(crate) fn id<T: From<&'r str>>(&self, column: &str) -> Result<T, ReadError> {
        Ok(self.text(column)?.into())
    }

    pub(crate) fn optional_id<T: From<&'r str>>(&self, column: &str) -> Result<Option<T>, ReadError> {
        Ok(self.get::<Option<&str>>(column)?.map(Into::into))
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, ReadError> {
        Ok(Timestamp(self.get(column)?))
    }

    pub(crate) fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, ReadError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, ReadError> {
        serde_json::from_str(self.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, ReadError> {
        let text: Option<&str> = self.get(column)?;
        text.map(serde_json::from_str).transpose().map_err(|error| self.damaged(error))
    }

    /// A user's document.
    pub(crate) fn params(&self, column: &str) -> Result<Params, ReadError> {
        Params::parse(self.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn damaged(&self, reason: impl std::fmt::Display) -> ReadError {
        ReadError::Damaged { table: self.table, reason: reason.to_string() }
    }
}

/// Reads every row.
pub(crate) fn all<T>(
    table: &'static str,
    rows: &[SqliteRow],
    read: impl Fn(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    rows.iter().map(|row| read(&Columns { table, row })).collect()
}
