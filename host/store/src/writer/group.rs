//! One try of a group: one transaction, and what its errors mean.

use domain::Timestamp;

use super::tx::{Counters, Stop, Told, Tx};
use super::unit::Unit;
use crate::drive::DriveOutcome;
use crate::sqlite::{Connection, SqliteError};
use crate::write::WriteError;

/// Why a group was not committed. Nothing of it was.
#[derive(Debug)]
pub(super) enum Failed {
    /// The unit at this place must go; the others can be tried again.
    Culprit(usize, WriteError),
    /// Nobody's fault, and nothing was lost.
    All(WriteError),
    /// What is on the disk is not known any more.
    Fatal(String),
}

/// What a unit is told once the commit is durable.
pub(crate) type Outcome = Result<Option<DriveOutcome>, WriteError>;

/// Applies the units in order and commits.
pub(super) fn attempt<'u>(
    connection: &mut Connection,
    now: Timestamp,
    counters: Counters,
    units: impl Iterator<Item = &'u Unit>,
) -> Result<(Vec<Outcome>, Told), Failed> {
    let outcome = run(connection, now, counters, units);
    if outcome.is_err() {
        // After some errors SQLite has rolled back by itself, and this fails: either way no transaction is open.
        let _already_over = connection.run("rollback", &[]);
    }
    outcome
}

fn run<'u>(
    connection: &mut Connection,
    now: Timestamp,
    counters: Counters,
    units: impl Iterator<Item = &'u Unit>,
) -> Result<(Vec<Outcome>, Told), Failed> {
    let mut tx = Tx::begin(connection, now, counters).map_err(|error| of_all(&error))?;
    let mut outcomes = Vec::with_capacity(units.size_hint().0);
    for (index, unit) in units.enumerate() {
        let clean = !std::mem::replace(&mut tx.dirty, false);
        match tx.apply(unit) {
            Ok(outcome) => outcomes.push(Ok(outcome)),
            // It had written nothing yet, so the others need not go again.
            Err(Stop::Refused(error)) if !tx.dirty => outcomes.push(Err(error)),
            Err(Stop::Refused(error)) => return Err(Failed::Culprit(index, error)),
            Err(Stop::Failed(error)) => return Err(of_one(index, &error)),
        }
        tx.dirty |= !clean;
    }
    let told = tx.end().map_err(|error| of_all(&error))?;
    Ok((outcomes, told))
}

fn of_one(index: usize, error: &SqliteError) -> Failed {
    match of_all(error) {
        // A rule of the schema, or a value that no column takes: the unit's own.
        Failed::All(WriteError::Database(_)) if is_culprits(error.code) => {
            tracing::error!(%error, "a unit cannot be written");
            Failed::Culprit(index, rule(error))
        }
        failed => failed,
    }
}

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const NO_MEMORY: i32 = 7;
const READ_ONLY: i32 = 8;
const IO: i32 = 10;
const DAMAGED: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const IO_WRITE: i32 = IO | (3 << 8);
const IO_TRUNCATE: i32 = IO | (6 << 8);
const IO_SHM_SIZE: i32 = IO | (19 << 8);
const IO_SHM_MAP: i32 = IO | (21 << 8);

fn is_culprits(code: i32) -> bool {
    !matches!(code & 0xff, BUSY | LOCKED | NO_MEMORY | DAMAGED | CANNOT_OPEN)
}

/// What an error of SQLite means for everybody.
fn of_all(error: &SqliteError) -> Failed {
    match (error.code & 0xff, error.code) {
        (FULL | READ_ONLY, _) => Failed::All(WriteError::Full(error.to_string())),
        // A write that the disk refused (quota, thin volume) was not acknowledged, and SQLite takes it back.
        (IO, IO_WRITE | IO_TRUNCATE | IO_SHM_SIZE | IO_SHM_MAP) => Failed::All(WriteError::Full(error.to_string())),
        // After a failed fsync the system may have dropped the pages: what a read shows is not what the disk has.
        (IO, _) => Failed::Fatal(error.to_string()),
        _ => Failed::All(WriteError::Database(error.to_string())),
    }
}

/// Rules of the schema that a caller can break have names.
fn rule(error: &SqliteError) -> WriteError {
    let unique = |table: &str| error.message.contains("UNIQUE") && error.message.contains(table);
    if unique("operations.") {
        WriteError::Exists { what: "operation" }
    } else if unique("questions.") {
        WriteError::Exists { what: "question" }
    } else {
        WriteError::Database(error.to_string())
    }
}
