//! Lists by keyset pages.

use sqlx::sqlite::SqliteRow;

use crate::read::{Columns, ReadError};

/// Where a page begins: after the row with this key. Opaque to clients (base64 at the API).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next: Option<Cursor>,
}

/// Most rows that a filtered list looks at for one page: what they fit is a short page and a cursor.
pub(crate) const LOOK_AT_MOST: i64 = 4_000;

impl Cursor {
    /// The number that the cursor stands for, or `start` where there is none.
    pub(crate) fn number(cursor: Option<&Cursor>, start: i64) -> Result<i64, ReadError> {
        cursor.map_or(Ok(start), |cursor| cursor.0.parse().map_err(|_| ReadError::Cursor))
    }
}

/// How many rows a page of `limit` asks for: one more tells whether there is a next one.
pub(crate) fn with_one_more(limit: u32) -> i64 {
    i64::from(limit.max(1)) + 1
}

/// Cuts a page of `limit` from rows read with [`with_one_more`]; the cursor is what `key` says of the last row kept.
pub(crate) fn cut<T>(
    (table, rows, limit): (&'static str, &[SqliteRow], u32),
    key: impl Fn(&Columns<'_>) -> Result<String, ReadError>,
    read: impl Fn(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Page<T>, ReadError> {
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let kept = rows.get(..limit).unwrap_or(rows);
    let items = crate::read::all(table, kept, read)?;
    let last = if rows.len() > limit { kept.last() } else { None };
    let next = last.map(|row| key(&Columns { table, row })).transpose()?.map(Cursor);
    Ok(Page { items, next })
}

/// The key of lists in the order of a number.
pub(crate) fn by_number(row: &Columns<'_>) -> Result<String, ReadError> {
    Ok(row.get::<i64>("number")?.to_string())
}
