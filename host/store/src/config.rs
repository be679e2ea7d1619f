//! How a store is opened, and why it is not.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::code::{Code, code};

use crate::simulation::Simulation;

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// A power cut: every commit waits for the disk.
    #[default]
    Full,
    /// The death of the process; a power cut may take the last commits, but never the database.
    Normal,
}

/// What is called, with the reason, when the disk can no longer be trusted. If it returns, the store writes nothing more.
pub type Fatal = Arc<dyn Fn(&str) + Send + Sync>;

/// How a store is opened.
#[derive(Clone)]
pub struct StoreConfig {
    /// The data folder; made if absent. The database is `mainsheet.db` in it.
    pub folder: PathBuf,
    /// What an acknowledged write survives.
    pub synchronous: Synchronous,
    /// How long a statement waits for a lock that something else (a backup, a shell) holds.
    pub busy_timeout: Duration,
    /// Most connections that read at the same time.
    pub readers: u32,
    /// Most units in one transaction.
    pub group_units: usize,
    /// Most bytes in one transaction; a larger unit travels alone.
    pub group_bytes: usize,
    /// Size of the write-ahead log, in bytes, from which it is emptied into the database.
    pub checkpoint_bytes: u64,
    /// Most bytes that the database may take, its log left out; absent: as many as the disk has.
    pub most_bytes: Option<u64>,
    /// How many commits an observer of the feed may lag behind.
    pub feed_capacity: usize,
    /// Called when a commit's fsync failed; absent: the process ends with status 70.
    pub on_fatal: Option<Fatal>,
    /// Present in simulations: the store has no thread of its own then, and everything passes by this.
    pub simulation: Option<Arc<dyn Simulation>>,
}

impl StoreConfig {
    /// The defaults for a data folder.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> StoreConfig {
        StoreConfig {
            folder: folder.into(),
            synchronous: Synchronous::Full,
            busy_timeout: Duration::from_secs(5),
            readers: 4,
            group_units: 512,
            group_bytes: 4 * 1024 * 1024,
            checkpoint_bytes: 8 * 1024 * 1024,
            most_bytes: None,
            feed_capacity: 4096,
            on_fatal: None,
            simulation: None,
        }
    }
}

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on it.
    #[error(
        "the data folder {0} is in use by another Mainsheet process; stop that one, or give this one a folder of its own"
    )]
    Locked(PathBuf),
    /// A newer program has been here.
    #[error(
        "the database {path} has schema {found}, but this program knows schemas up to {known}: start the newer program, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// It is a database, but not ours.
    #[error("{0} is a database of another program; give Mainsheet a folder of its own")]
    Foreign(PathBuf),
    /// The folder cannot be made, read or written.
    #[error("the data folder {path} cannot be used: {reason}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The database cannot be read or brought up to date.
    #[error("the database {path} cannot be opened: {reason}")]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
}

impl OpenError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            OpenError::Locked(_) => code("store.locked"),
            OpenError::Newer { .. } => code("store.newer"),
            OpenError::Foreign(_) => code("store.foreign"),
            OpenError::Folder { .. } => code("store.folder"),
            OpenError::Database { .. } => code("store.unopenable"),
        }
    }
}
