//! Emptying the write-ahead log into the database, out of the writer's way.
//!
//! Another connection does it passively, while commits go on. Under load it never quite catches up, and a log that is never wholly
//! copied is never begun anew: what is left when it is done is little, and the writer copies that between two groups.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::sqlite::SqliteConnection;
use tokio::sync::Notify;

use crate::sqlite::Connection;

/// Shared by the writer and the task that empties the log.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    bound: u64,
    /// Pages from which the other connection is asked; moves on while it has been asked and the log does not shrink.
    next: AtomicU64,
    wanted: Notify,
    remainder: AtomicBool,
    over: AtomicBool,
}

impl Checkpointer {
    /// With a log of `bytes` it begins.
    pub(crate) fn new(bytes: u64) -> Checkpointer {
        let bound = (bytes / 4096).max(1);
        Checkpointer {
            bound,
            next: AtomicU64::new(bound),
            wanted: Notify::new(),
            remainder: AtomicBool::new(false),
            over: AtomicBool::new(false),
        }
    }

    /// The log has this many pages after a commit.
    pub(super) fn note(&self, pages: u64) {
        if pages >= self.next.load(Ordering::Relaxed) {
            self.next.store(pages + self.bound, Ordering::Relaxed);
            self.wanted.notify_one();
        } else if pages < self.bound {
            self.next.store(self.bound, Ordering::Relaxed);
        }
    }

    /// Copies what the other connection left, between two groups of the writer. The next commit begins the log anew, unless somebody
    /// reads from it at that moment: then it is tried again soon.
    pub(super) fn finish(&self, connection: &mut Connection) {
        if !self.remainder.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = connection.run("pragma wal_checkpoint(passive)", &[]) {
            warn(&error);
        }
        self.next.store(connection.log_pages() + self.bound / 8, Ordering::Relaxed);
    }

    /// Ends the other connection's task.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.wanted.notify_one();
    }

    /// The other connection's task.
    pub(crate) async fn run(&self, mut connection: SqliteConnection) {
        loop {
            self.wanted.notified().await;
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            // What it answers tells nothing of commits made meanwhile: whether anything is left is the writer's to find out.
            match sqlx::query("pragma wal_checkpoint(passive)").execute(&mut connection).await {
                Ok(_) => self.remainder.store(true, Ordering::Relaxed),
                Err(error) => warn(&error),
            }
        }
    }
}

/// Copies everything and cuts the log.
pub(super) fn empty(connection: &mut Connection) {
    if let Err(error) = connection.run("pragma wal_checkpoint(truncate)", &[]) {
        warn(&error);
    }
}

/// The log only grows meanwhile.
fn warn(error: &dyn std::error::Error) {
    tracing::warn!(error = %error, "the write-ahead log could not be copied into the database");
}
