//! Every SQL statement, and the one writer with group commit.
//!
//! Reads go to a pool of readers; writes are [`Write`]s or [`DriveCommit`]s, queued to one writer that lets many ride one
//! transaction (design §5 *Commit*). What is answered as written is durable.

pub mod drive;
pub mod page;
pub mod wake;
pub mod write;

pub use drive::{DriveCommit, DriveOutcome, NewExecution};
pub use page::{Cursor, Page};
pub use wake::{Committed, Wake};
pub use write::{Write, WriteError};
