//! Facts on their way into inboxes, and other news from outside of drives.

use domain::code::code;
use domain::execution::Fact;
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::trigger::TriggerEvent;
use domain::{Failure, FailureClass, Params};

use super::slots;
use super::tx::{Stop, Tx};
use super::unit::json;
use crate::sqlite::{SqliteError, values};
use crate::triggers::StoredOutcome;
use crate::write::WriteError;

/// Adds a fact to the inbox of an execution that is not complete.
pub(super) fn add(tx: &mut Tx<'_>, execution: &ExecutionId, fact: &str) -> Result<(), Stop> {
    let number = tx.sqlite.first(
        "select number from executions where id = ?1 and ended is null",
        values![execution.as_str()],
        |row| row.int(0),
    )?;
    let Some(number) = number else {
        return Err(WriteError::Gone { what: "execution" }.into());
    };
    tell(tx, number, fact)?;
    tx.moved(execution);
    Ok(())
}

/// Adds the fact that restarts a stage, and takes an execution that is complete up again: it stands as admitted, with its stages.
/// Where its pipeline takes turns, it takes one anew (reference pipelines-and-stages.md §2.13, step 3).
pub(super) fn restart(tx: &mut Tx<'_>, execution: &ExecutionId, fact: &str) -> Result<(), Stop> {
    let complete = tx.sqlite.first(
        "select number from executions where id = ?1 and ended is not null",
        values![execution.as_str()],
        |row| row.int(0),
    )?;
    tx.write(
        "update executions set ended = null, started = null, status = 'NOT_STARTED', control = 'run', control_note = null,
          cancel_told = 0, paused_since = null, due = null, report = null
        where id = ?1 and ended is not null",
        values![execution.as_str()],
    )?;
    if let Some(number) = complete {
        slots::take(tx, number)?;
    }
    add(tx, execution, fact)
}

/// Raises the head and writes the row under it, so that no commit misses it.
fn tell(tx: &mut Tx<'_>, number: i64, fact: &str) -> Result<(), SqliteError> {
    tx.write("update executions set inbox_head = inbox_head + 1 where number = ?1", values![number])?;
    tx.write(
        "insert into inbox (execution, number, fact) select number, inbox_head, ?2 from executions where number = ?1",
        values![number, fact],
    )?;
    Ok(())
}

/// Remembers that `waiter` waits for the end of `target`; tells it at once if that is over, or does not exist.
pub(super) fn wait(tx: &mut Tx<'_>, waiter: i64, key: &OperationKey, target: &ExecutionId) -> Result<(), Stop> {
    let found = tx.sqlite.first(
        "select number, ended is not null, report from executions where id = ?1",
        values![target.as_str()],
        |row| (row.int(0), row.int(1) != 0, row.text(2)),
    )?;
    let outcome = match found {
        Some((number, false, _)) => {
            tx.write(
                "insert into awaits (target, waiter, stage, run, label) values (?1, ?2, ?3, ?4, ?5) on conflict do nothing",
                values![number, waiter, key.stage.as_str(), key.run, key.label.as_str()],
            )?;
            return Ok(());
        }
        Some((_, true, report)) => {
            let report = report.as_deref().map_or(Ok(Params::null()), Params::parse);
            Ok(report.map_err(|error| WriteError::Database(format!("a report is damaged: {error}")))?)
        }
        None => Err(Failure::new(
            FailureClass::NotFound,
            code("execution.unknown"),
            format!("There is no execution {target} to wait for."),
        )),
    };
    tell(tx, waiter, &answer(key.stage.as_str(), key.run, key.label.as_str(), outcome)?)?;
    Ok(())
}

fn answer(stage: &str, run: u32, label: &str, outcome: Result<Params, Failure>) -> Result<String, WriteError> {
    json(&Fact::Answered { stage: stage.into(), run, label: label.into(), by: None, outcome })
}

/// Tells those who wait for the end of the execution with this number.
pub(super) fn report(
    tx: &mut Tx<'_>,
    target: i64,
    report: Option<&Params>,
    woken: &mut Vec<ExecutionId>,
) -> Result<(), Stop> {
    let waiting = tx.sqlite.query(
        "select a.waiter, w.id, a.stage, a.run, a.label from awaits a join executions w on w.number = a.waiter
        where a.target = ?1 and w.ended is null order by a.waiter",
        values![target],
        |row| {
            let text = |column| row.text(column).unwrap_or_default();
            (row.int(0), text(1), text(2), u32::try_from(row.int(3)).unwrap_or(0), text(4))
        },
    )?;
    for (waiter, id, stage, run, label) in waiting {
        let outcome = Ok(report.cloned().unwrap_or_default());
        tell(tx, waiter, &answer(&stage, run, &label, outcome)?)?;
        let id = ExecutionId::from(id);
        if !woken.contains(&id) {
            woken.push(id);
        }
    }
    tx.write("delete from awaits where target = ?1", values![target])?;
    Ok(())
}

/// Notes where an operation without outcome stands.
pub(super) fn checkpoint(tx: &mut Tx<'_>, key: &OperationKey, begun: &str) -> Result<(), Stop> {
    let changed = tx.write(
        "update operations set begun = ?5 where execution = (select number from executions where id = ?1)
          and stage = ?2 and run = ?3 and label = ?4 and ended is null",
        values![key.execution.as_str(), key.stage.as_str(), key.run, key.label.as_str(), begun],
    )?;
    if changed == 0 { Err(WriteError::Gone { what: "operation" }.into()) } else { Ok(()) }
}

/// Records an event that was not heard before.
pub(super) fn heard(tx: &mut Tx<'_>, event: &TriggerEvent, outcomes: &[StoredOutcome], body: &str) -> Result<(), Stop> {
    let TriggerEvent { key, kind, source, payload, received } = event;
    let number = tx.counters.heard;
    let inserted = tx.write(
        "insert into trigger_events (number, kind, source, key, payload, received, outcomes) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (key, kind, source) do nothing",
        values![number, kind, source.text(), key, payload.text(), *received, body],
    )?;
    if inserted == 0 {
        return Err(WriteError::Exists { what: "event" }.into());
    }
    tx.counters.heard += 1;
    for outcome in outcomes {
        tx.write(
            "insert into trigger_looks (pipeline, event) values (?1, ?2) on conflict do nothing",
            values![outcome.pipeline.as_str(), number],
        )?;
    }
    Ok(())
}
