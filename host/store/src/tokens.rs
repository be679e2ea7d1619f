//! API tokens, kept by their hash alone.

use domain::Timestamp;
use domain::principal::Principal;

use crate::read::{Columns, all};
use crate::{ReadError, Store};

const TABLE: &str = "tokens";

/// Reads tokens.
pub struct Tokens<'s> {
    pub(crate) store: &'s Store,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Name for people, unique.
    pub name: String,
    /// Whose.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it holds; the caller compares.
    pub expires: Option<Timestamp>,
}

impl Tokens<'_> {
    /// The token with this SHA-256 (hexadecimal), expired or not.
    pub async fn by_hash(&self, hash: &str) -> Result<Option<Token>, ReadError> {
        let row =
            sqlx::query("select * from tokens where hash = $1").bind(hash).fetch_optional(self.store.readers()).await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// All tokens by name.
    pub async fn list(&self) -> Result<Vec<Token>, ReadError> {
        let rows = sqlx::query("select * from tokens order by name").fetch_all(self.store.readers()).await?;
        all(TABLE, &rows, read)
    }

    /// Whether there is any token.
    pub async fn any(&self) -> Result<bool, ReadError> {
        Ok(sqlx::query_scalar("select exists (select 1 from tokens)").fetch_one(self.store.readers()).await?)
    }
}

fn read(row: &Columns<'_>) -> Result<Token, ReadError> {
    Ok(Token {
        name: row.get("name")?,
        principal: row.json("principal")?,
        created: row.time("created")?,
        expires: row.optional_time("expires")?,
    })
}
