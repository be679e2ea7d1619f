//! Slots: how many executions of a pipeline run at once (reference pipelines-and-stages.md §2.3).
//!
//! ```text
//! (none) --admitted, a slot is free--> holds --ended--> (none)
//! (none) --admitted, none is free----> waits --a slot is freed--> holds
//!                                      waits --cancelled, ended--> (none)
//! ```
//! Whatever frees a slot gives it away in the same transaction: nobody asks whether there is one. Executions of pipelines without a row
//! in `queues` have no slot, and cost nothing here.

use domain::execution::{Control, ControlKind};
use domain::id::ExecutionId;
use domain::pipeline::{Concurrency, Definition};

use super::tx::{Stop, Tx};
use super::unit::json;
use crate::sqlite::{SqliteError, values};

/// Most executions that wait for one pipeline (reference §2.3).
const MOST_WAITING: i64 = 50;

/// Who cancels what a newer execution makes superfluous, in Spinnaker's records.
const SPINNAKER: &str = "spinnaker";

/// Whether an execution of a pipeline that takes turns may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// It may, and counts.
    Holds,
    /// It waits for one.
    Waits,
}

impl Slot {
    /// From its stored form; absent for executions that take no turns.
    pub(super) fn parse(text: Option<&str>) -> Option<Slot> {
        match text? {
            "holds" => Some(Slot::Holds),
            _ => Some(Slot::Waits),
        }
    }
}

/// Lets an execution that has come to wait either wait in its turn or, behind too many, not at all.
pub(super) fn line_up(tx: &mut Tx<'_>, number: i64, execution: &ExecutionId, pipeline: &str) -> Result<(), Stop> {
    tx.write(
        "update executions set turn = (select coalesce(max(turn), 0) + 1 from executions where pipeline = ?2 and slot = 'waits')
        where number = ?1",
        values![number, pipeline],
    )?;
    let waiting = tx.sqlite.first(
        "select count(*) from executions where pipeline = ?1 and slot = 'waits' and control <> 'cancel' and number <> ?2",
        values![pipeline, number],
        |row| row.int(0),
    )?;
    let waiting = waiting.unwrap_or(0);
    if waiting >= MOST_WAITING {
        cancel(tx, execution, format!("Too many executions ({waiting}) already waiting to start"))?;
    }
    Ok(())
}

/// Takes a slot for an execution that is to run again; false when it has to wait for one, in its turn. One whose pipeline takes no
/// turns may always run.
pub(super) fn take(tx: &mut Tx<'_>, number: i64) -> Result<bool, Stop> {
    let found = tx.sqlite.first(
        "select e.id, e.pipeline,
          (select count(*) from executions o where o.pipeline = q.pipeline and o.slot = 'holds' and o.status <> 'PAUSED') < q.most
        from executions e join queues q on q.pipeline = e.pipeline where e.number = ?1 and e.slot is null",
        values![number],
        |row| (row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default(), row.int(2) != 0),
    )?;
    let Some((id, pipeline, free)) = found else { return Ok(true) };
    tx.write(
        "update executions set slot = ?2 where number = ?1",
        values![number, if free { "holds" } else { "waits" }],
    )?;
    if !free {
        line_up(tx, number, &id.into(), &pipeline)?;
    }
    Ok(free)
}

/// Takes back what an execution that has ended held, and gives it away.
pub(super) fn give_back(tx: &mut Tx<'_>, number: i64, pipeline: &str, slot: Slot) -> Result<(), Stop> {
    tx.write("update executions set slot = null, turn = null where number = ?1", values![number])?;
    if slot == Slot::Holds { fill(tx, pipeline) } else { Ok(()) }
}

/// Gives free slots of a pipeline away: to the oldest that wait, or to the newest, and then the others are cancelled.
pub(super) fn fill(tx: &mut Tx<'_>, pipeline: &str) -> Result<(), Stop> {
    let queue = tx.sqlite.first(
        "select most, keep, (select count(*) from executions where pipeline = ?1 and slot = 'holds' and status <> 'PAUSED')
        from queues where pipeline = ?1",
        values![pipeline],
        |row| (row.int(0), row.int(1) != 0, row.int(2)),
    )?;
    let Some((most, keep, running)) = queue else { return Ok(()) };
    let free = usize::try_from(most - running).unwrap_or(0);
    if free == 0 {
        return Ok(());
    }
    let mut waiting = waiting(tx, pipeline)?;
    if !keep {
        waiting.reverse();
    }
    let left = waiting.split_off(free.min(waiting.len()));
    for (number, execution) in waiting {
        start(tx, number, &execution)?;
    }
    if !keep {
        for (_, execution) in left {
            cancel(tx, &execution, "Superseded by a newer execution while it waited to start".into())?;
        }
    }
    Ok(())
}

/// Those that wait for a slot of a pipeline and were not cancelled, oldest first.
fn waiting(tx: &mut Tx<'_>, pipeline: &str) -> Result<Vec<(i64, ExecutionId)>, SqliteError> {
    tx.sqlite.query(
        "select number, id from executions where pipeline = ?1 and slot = 'waits' and control <> 'cancel' order by turn, number",
        values![pipeline],
        |row| (row.int(0), row.text(1).unwrap_or_default().into()),
    )
}

fn start(tx: &mut Tx<'_>, number: i64, execution: &ExecutionId) -> Result<(), Stop> {
    // The version grows, as the row says something else than whoever loaded it knows.
    tx.write(
        "update executions set slot = 'holds', turn = null, version = version + 1 where number = ?1",
        values![number],
    )?;
    tx.moved(execution);
    Ok(())
}

fn cancel(tx: &mut Tx<'_>, execution: &ExecutionId, reason: String) -> Result<(), Stop> {
    let control =
        Control { kind: ControlKind::Cancel, by: Some(SPINNAKER.to_owned()), reason: Some(reason), at: Some(tx.now) };
    tx.write(
        "update executions set control = 'cancel', control_note = ?2 where id = ?1",
        values![execution.as_str(), &json(&control)?],
    )?;
    tx.moved(execution);
    Ok(())
}

/// The limit in force becomes what the newest document says. Where there was none, whatever is under way holds a slot from now on.
pub(super) fn limit(tx: &mut Tx<'_>, pipeline: &str, definition: &Definition) -> Result<(), Stop> {
    let before = tx.sqlite.first("select most, keep from queues where pipeline = ?1", values![pipeline], |row| {
        (row.int(0), row.int(1) != 0)
    })?;
    let after = match definition.concurrency {
        Concurrency::Unlimited => None,
        Concurrency::AtMost(most) => Some((i64::from(most), definition.keep_waiting)),
    };
    if before == after {
        return Ok(());
    }
    let Some((most, keep)) = after else {
        tx.write("delete from queues where pipeline = ?1", values![pipeline])?;
        for (number, execution) in waiting(tx, pipeline)? {
            start(tx, number, &execution)?;
        }
        return Ok(());
    };
    tx.write(
        "insert into queues (pipeline, most, keep) values (?1, ?2, ?3)
        on conflict (pipeline) do update set most = excluded.most, keep = excluded.keep",
        values![pipeline, most, keep],
    )?;
    if before.is_none() {
        tx.write(
            "update executions indexed by executions_open set slot = 'holds'
            where ended is null and pipeline = ?1 and slot is null",
            values![pipeline],
        )?;
    }
    fill(tx, pipeline)
}
