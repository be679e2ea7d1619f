//! Why a read failed.

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
