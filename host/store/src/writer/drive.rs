//! What a drive commits, behind its gate; and admissions, by drives and by the application.

use std::sync::Arc;

use domain::execution::{Control, ControlKind, ExecutionState, ExecutionStatus};
use domain::id::ExecutionId;
use domain::operation::{Operation, OperationState};
use domain::question::{QuestionRow, question_id};

use super::facts;
use super::slots::{self, Slot};
use super::tx::{Stop, Tx};
use super::unit::{Admission, Drive, OperationBody, json};
use crate::drive::{DriveCommit, DriveOutcome};
use crate::sqlite::{SqliteError, values};
use crate::wake::Wake;

/// The execution's row as the gate found it.
struct Gate {
    number: i64,
    events: i64,
    inbox_head: i64,
    application: Arc<str>,
    ended: bool,
    /// Its slot, and of which pipeline.
    slot: Option<(Slot, String)>,
}

/// Applies a drive if its execution is still as it was seen.
pub(super) fn apply(tx: &mut Tx<'_>, drive: &Drive) -> Result<DriveOutcome, Stop> {
    let commit = &drive.commit;
    let Some(gate) = gate(tx, commit)? else {
        return Ok(DriveOutcome::Stale);
    };
    let first = gate.events + 1;
    pass(tx, &gate, drive)?;
    if commit.inbox_seen > 0 {
        tx.write("delete from inbox where execution = ?1 and number <= ?2", values![gate.number, commit.inbox_seen])?;
    }
    for gone in &commit.removed {
        tx.write("delete from stages where execution = ?1 and ref = ?2", values![gate.number, gone.as_str()])?;
    }
    for (position, (stage, body)) in (0i64..).zip(commit.stages.iter().zip(&drive.stages)) {
        // Rows of one commit are planned parents first, and so are commits.
        let ordinal = commit.version.saturating_mul(4096).saturating_add(position);
        tx.write(
            "insert into stages (execution, ref, ordinal, body) values (?1, ?2, ?3, ?4)
            on conflict (execution, ref) do update set body = excluded.body",
            values![gate.number, stage.ref_id.as_str(), ordinal, body],
        )?;
    }
    if !drive.events.is_empty() {
        let who = (gate.number, &commit.execution, &gate.application);
        tx.journal(who, first, &drive.events, &drive.events_body)?;
    }
    operations(tx, gate.number, drive)?;
    questions(tx, gate.number, commit)?;
    for child in &drive.children {
        // An id that is taken is the same child, started before.
        let _admitted = admit(tx, child)?;
    }
    for (key, target) in &commit.awaits {
        facts::wait(tx, gate.number, key, target)?;
    }
    let mut woken = Vec::new();
    end(tx, &gate, commit, &mut woken)?;
    for (target, reason) in &commit.cancel_executions {
        cancel(tx, target, reason, &mut woken)?;
    }
    for entry in &commit.audit {
        tx.audit(entry)?;
    }
    for execution in &woken {
        tx.moved(execution);
    }
    let due_again = inbox_head(tx, &gate, commit)? > commit.inbox_seen;
    Ok(DriveOutcome::Committed { version: commit.version + 1, first_event: first, due_again, woken })
}

/// Where the commit ends its execution: what waits for that is told, and its slot given away.
fn end(tx: &mut Tx<'_>, gate: &Gate, commit: &DriveCommit, woken: &mut Vec<ExecutionId>) -> Result<(), Stop> {
    let ExecutionState::Ended { ended, status, .. } = commit.state else { return Ok(()) };
    if gate.ended {
        return Ok(());
    }
    let report = commit.report.as_ref();
    tx.write(
        "update executions set status = ?2, ended = ?3, report = ?4 where number = ?1",
        values![gate.number, status.as_str(), ended, report.map(|report| report.text())],
    )?;
    facts::report(tx, gate.number, report, woken)?;
    match &gate.slot {
        Some((slot, pipeline)) => slots::give_back(tx, gate.number, pipeline, *slot),
        None => Ok(()),
    }
}

/// The row, if version, epoch and control are as seen. An end is final: only another end passes after it. And it has taken in
/// every fact, so that a restart is not lost in it.
fn gate(tx: &mut Tx<'_>, commit: &DriveCommit) -> Result<Option<Gate>, SqliteError> {
    let gate = tx.sqlite.first(
        "select number, events, inbox_head, application, ended is not null, slot, pipeline from executions
        where id = ?1 and version = ?2 and epoch = ?3 and control = ?4",
        values![commit.execution.as_str(), commit.version, commit.epoch, commit.control.as_str()],
        |row| Gate {
            number: row.int(0),
            events: row.int(1),
            inbox_head: row.int(2),
            application: row.text(3).unwrap_or_default().into(),
            ended: row.int(4) != 0,
            slot: Slot::parse(row.text(5).as_deref()).map(|slot| (slot, row.text(6).unwrap_or_default())),
        },
    )?;
    let ends = matches!(commit.state, ExecutionState::Ended { .. });
    let all_heard = |gate: &Gate| gate.ended || gate.inbox_head <= commit.inbox_seen;
    Ok(gate.filter(|gate| if ends { all_heard(gate) } else { !gate.ended }))
}

fn pass(tx: &mut Tx<'_>, gate: &Gate, drive: &Drive) -> Result<(), SqliteError> {
    let commit = &drive.commit;
    let (status, started) = match commit.state {
        ExecutionState::Queued | ExecutionState::NotStarted => (ExecutionStatus::NotStarted, None),
        ExecutionState::Running { started } if commit.control == ControlKind::Pause => {
            (ExecutionStatus::Paused, Some(started))
        }
        ExecutionState::Running { started } => (ExecutionStatus::Running, Some(started)),
        // The end is written below, once, as it moves the execution in an index.
        ExecutionState::Ended { started, .. } => (ExecutionStatus::Running, started),
    };
    let events = gate.events + i64::try_from(drive.events.len()).unwrap_or(i64::MAX);
    tx.write(
        "update executions set version = ?2, status = case when ended is null then ?3 else status end, started = ?4, due = ?5,
          paused_since = ?6, cancel_told = ?7, events = ?8
        where number = ?1",
        values![
            gate.number,
            commit.version + 1,
            status.as_str(),
            started,
            commit.due,
            commit.paused_since,
            commit.cancel_told,
            events
        ],
    )?;
    Ok(())
}

fn operations(tx: &mut Tx<'_>, number: i64, drive: &Drive) -> Result<(), SqliteError> {
    let commit = &drive.commit;
    for (operation, body) in commit.operations.iter().zip(&drive.operations) {
        order(tx, number, operation, body)?;
    }
    for ((key, _, at), outcome) in commit.outcomes.iter().zip(&drive.outcomes) {
        tx.write(
            "update operations set outcome = ?5, ended = ?6, begun = null
            where execution = ?1 and stage = ?2 and run = ?3 and label = ?4 and ended is null",
            values![number, key.stage.as_str(), key.run, key.label.as_str(), outcome, *at],
        )?;
    }
    for key in &commit.cancelling {
        tx.write(
            "update operations set cancelling = 1
            where execution = ?1 and stage = ?2 and run = ?3 and label = ?4 and ended is null",
            values![number, key.stage.as_str(), key.run, key.label.as_str()],
        )?;
    }
    Ok(())
}

fn order(tx: &mut Tx<'_>, number: i64, operation: &Operation, body: &OperationBody) -> Result<(), SqliteError> {
    let Operation { key, application, principal, request: _, digest, ordered, state, cancelling } = operation;
    let ended = match state {
        OperationState::Ended { at, .. } => Some(*at),
        OperationState::Ordered | OperationState::Begun(_) => None,
    };
    tx.write(
        "insert into operations (execution, stage, run, label, application, principal, request, digest, ordered, cancelling, begun,
          outcome, ended)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            number,
            key.stage.as_str(),
            key.run,
            key.label.as_str(),
            application,
            principal,
            &body.request,
            digest.as_str(),
            *ordered,
            *cancelling,
            body.begun.as_deref(),
            body.outcome.as_deref(),
            ended
        ],
    )?;
    Ok(())
}

fn questions(tx: &mut Tx<'_>, number: i64, commit: &DriveCommit) -> Result<(), Stop> {
    for row in &commit.questions {
        let QuestionRow { execution: _, stage, run, label, application, question, asked, votes: _, closed: _ } = row;
        tx.write(
            "insert into questions (id, execution, stage, run, label, application, question, asked)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            values![&row.id(), number, stage.as_str(), *run, label.as_str(), application, &json(question)?, *asked],
        )?;
    }
    for (stage, run, label) in &commit.closed_questions {
        let now = tx.now;
        tx.write(
            "update questions set closed = ?2 where id = ?1 and closed is null",
            values![&question_id(stage, *run, label), now],
        )?;
    }
    Ok(())
}

fn cancel(tx: &mut Tx<'_>, target: &ExecutionId, reason: &str, woken: &mut Vec<ExecutionId>) -> Result<(), Stop> {
    let control = Control { kind: ControlKind::Cancel, by: None, reason: Some(reason.to_owned()), at: Some(tx.now) };
    let changed = tx.write(
        "update executions set control = 'cancel', control_note = ?2,
          status = case when status = 'PAUSED' then 'RUNNING' else status end
        where id = ?1 and ended is null and control <> 'cancel'",
        values![target.as_str(), &json(&control)?],
    )?;
    if changed > 0 {
        woken.push(target.clone());
    }
    Ok(())
}

/// The newest fact in the inbox, those of this commit included.
fn inbox_head(tx: &mut Tx<'_>, gate: &Gate, commit: &DriveCommit) -> Result<i64, SqliteError> {
    if commit.awaits.is_empty() {
        return Ok(gate.inbox_head);
    }
    let head = tx
        .sqlite
        .first("select inbox_head from executions where number = ?1", values![gate.number], |row| row.int(0))?;
    Ok(head.unwrap_or(gate.inbox_head))
}

/// Admits an execution; false when its id is taken, in which case nothing is written.
pub(super) fn admit(tx: &mut Tx<'_>, admission: &Admission) -> Result<bool, Stop> {
    let execution = &admission.new.execution;
    let refused = admission.new.refused.as_deref();
    let number = tx.counters.execution;
    let events = i64::try_from(admission.events.len()).unwrap_or(i64::MAX);
    let pipeline = execution.pipeline.as_ref().map(|at| at.id.as_str());
    let inserted = tx.sqlite.first(
        "insert into executions (number, id, application, pipeline, parent, trigger_type, version, epoch, control, control_note, status,
          started, ended, due, paused_since, cancel_told, inbox_head, events, report, slot)
        values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7, ?8, ?9, null, ?10, null, null, 0, 0, ?11, ?12,
          (select case when (select count(*) from executions o
              where o.pipeline = q.pipeline and o.slot = 'holds' and o.status <> 'PAUSED') < q.most then 'holds' else 'waits' end
            from queues q where q.pipeline = ?4 and ?10 is null))
        on conflict (id) do nothing returning slot",
        values![
            number,
            execution.id.as_str(),
            execution.application.as_str(),
            pipeline,
            execution.parent.as_ref().map(|parent| parent.execution.as_str()),
            execution.trigger.get("type").and_then(|kind| kind.as_str()).unwrap_or("manual"),
            execution.control.kind.as_str(),
            &admission.control,
            admission.status.as_str(),
            refused.map(|_| execution.created),
            events,
            admission.report.as_deref()
        ],
        |row| Slot::parse(row.text(0).as_deref()),
    )?;
    let Some(slot) = inserted else { return Ok(false) };
    tx.dirty = true;
    tx.counters.execution += 1;
    tx.write(
        "insert into execution_starts (execution, name, parent, trigger, principal, roles, created, catalog, revision, document, refused)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        values![
            number,
            &execution.name,
            admission.parent.as_deref(),
            execution.trigger.text(),
            &execution.principal,
            &admission.roles,
            execution.created,
            execution.catalog,
            execution.pipeline.as_ref().map(|at| at.revision),
            admission.new.document.as_ref().map(|document| document.text()),
            refused
        ],
    )?;
    tx.journal((number, &execution.id, &execution.application.0), 1, &admission.events, &admission.events_body)?;
    match (slot, pipeline) {
        (Some(Slot::Waits), Some(pipeline)) => slots::line_up(tx, number, &execution.id, pipeline)?,
        _ if refused.is_none() => tx.admitted.push(Wake::Admitted(Arc::clone(&admission.new))),
        _ => {}
    }
    Ok(true)
}
