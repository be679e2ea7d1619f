//! The unit of work: one transaction, in which units are applied one after the other.

use std::collections::HashSet;
use std::sync::Arc;

use domain::Timestamp;
use domain::audit::AuditEntry;
use domain::execution::Event;
use domain::id::ExecutionId;

use super::unit::{Item, Unit};
use super::{drive, facts, single};
use crate::drive::DriveOutcome;
use crate::sqlite::{Connection, SqliteError, values};
use crate::wake::{Committed, Configured, Wake};
use crate::write::WriteError;

/// First free numbers of what is counted over the installation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    /// Of the feed.
    pub(super) feed: i64,
    /// Of executions.
    pub(super) execution: i64,
    /// Of trigger events.
    pub(super) heard: i64,
}

/// A transaction under way, and what is to be told once it is durable.
pub(super) struct Tx<'c> {
    pub(super) sqlite: &'c mut Connection,
    pub(super) now: Timestamp,
    pub(super) counters: Counters,
    /// Something was written.
    pub(super) dirty: bool,
    pub(super) committed: Vec<Committed>,
    pub(super) admitted: Vec<Wake>,
    pub(super) configured: Vec<Configured>,
    moved: HashSet<ExecutionId>,
    moves: Vec<ExecutionId>,
}

/// Why a unit was not applied.
#[derive(Debug)]
pub(super) enum Stop {
    /// It may not be written.
    Refused(WriteError),
    /// SQLite failed.
    Failed(SqliteError),
}

impl From<SqliteError> for Stop {
    fn from(error: SqliteError) -> Stop {
        Stop::Failed(error)
    }
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Stop {
        Stop::Refused(error)
    }
}

impl<'c> Tx<'c> {
    pub(super) fn begin(sqlite: &'c mut Connection, now: Timestamp, counters: Counters) -> Result<Tx<'c>, SqliteError> {
        sqlite.run("begin immediate", &[])?;
        let (committed, admitted, moved, moves) = (Vec::new(), Vec::new(), HashSet::new(), Vec::new());
        let configured = Vec::new();
        Ok(Tx { sqlite, now, counters, dirty: false, committed, admitted, configured, moved, moves })
    }

    /// Applies one unit.
    pub(super) fn apply(&mut self, unit: &Unit) -> Result<Option<DriveOutcome>, Stop> {
        match unit {
            Unit::Drive(unit) => drive::apply(self, unit).map(Some),
            Unit::Writes(items) => {
                for item in items {
                    self.item(item)?;
                }
                Ok(None)
            }
        }
    }

    fn item(&mut self, item: &Item) -> Result<(), Stop> {
        match item {
            Item::Admit(admission) => {
                if !drive::admit(self, admission)? {
                    return Err(WriteError::Exists { what: "execution" }.into());
                }
            }
            Item::Inbox { execution, fact } => facts::add(self, execution, fact)?,
            Item::Restart { execution, fact } => facts::restart(self, execution, fact)?,
            Item::Checkpoint { key, begun } => facts::checkpoint(self, key, begun)?,
            Item::Event { event, outcomes, body } => facts::heard(self, event, outcomes, body)?,
            Item::Single(write) => single::apply(self, write)?,
        }
        Ok(())
    }

    /// Runs a statement that writes.
    pub(super) fn write(
        &mut self,
        sql: &'static str,
        parameters: &[crate::sqlite::Value<'_>],
    ) -> Result<usize, SqliteError> {
        let changed = self.sqlite.run(sql, parameters)?;
        self.dirty |= changed > 0;
        Ok(changed)
    }

    /// Writes the events of one commit as one row of the feed.
    pub(super) fn journal(
        &mut self,
        (number, id, application): (i64, &ExecutionId, &Arc<str>),
        first: i64,
        events: &Arc<[Event]>,
        body: &str,
    ) -> Result<(), SqliteError> {
        let feed = self.counters.feed;
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        self.write(
            "insert into events (feed, execution, first, count, body) values (?1, ?2, ?3, ?4, ?5)",
            values![feed, number, first, count, body],
        )?;
        self.counters.feed += 1;
        self.committed.push(Committed {
            feed,
            execution: id.clone(),
            application: Arc::clone(application),
            first,
            events: Arc::clone(events),
        });
        Ok(())
    }

    pub(super) fn audit(&mut self, entry: &AuditEntry) -> Result<(), SqliteError> {
        let AuditEntry { at, who, action, subject, allowed, details } = entry;
        self.write(
            "insert into audit (at, who, action, subject, allowed, details) values (?1, ?2, ?3, ?4, ?5, ?6)",
            values![*at, who, action, subject, *allowed, details.text()],
        )?;
        Ok(())
    }

    /// The execution is to be woken once this is durable.
    pub(super) fn moved(&mut self, execution: &ExecutionId) {
        if self.moved.insert(execution.clone()) {
            self.moves.push(execution.clone());
        }
    }

    /// Makes it durable. Without a change there is nothing to wait for.
    pub(super) fn end(mut self) -> Result<Told, SqliteError> {
        self.sqlite.run(if self.dirty { "commit" } else { "rollback" }, &[])?;
        self.admitted.extend(self.moves.into_iter().map(Wake::Moved));
        Ok(Told {
            counters: self.counters,
            committed: self.committed,
            configured: self.configured,
            wakes: self.admitted,
        })
    }
}

/// What is to be told of a transaction that is durable.
pub(super) struct Told {
    pub(super) counters: Counters,
    pub(super) committed: Vec<Committed>,
    pub(super) configured: Vec<Configured>,
    pub(super) wakes: Vec<Wake>,
}
