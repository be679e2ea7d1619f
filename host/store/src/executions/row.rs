//! A row of `executions` with its row of `execution_starts`, as the domain knows it.

use domain::execution::{Control, Execution, ExecutionState, ExecutionStatus, PipelineAt};

use super::StoredExecution;
use crate::read::{Columns, ReadError};

pub(super) const TABLE: &str = "executions";

pub(super) fn stored(row: &Columns<'_>) -> Result<StoredExecution, ReadError> {
    Ok(StoredExecution {
        execution: execution(row)?,
        version: row.get("version")?,
        due: row.optional_time("due")?,
        paused_since: row.optional_time("paused_since")?,
        refused: row.get("refused")?,
        events: row.get("events")?,
    })
}

pub(super) fn execution(row: &Columns<'_>) -> Result<Execution, ReadError> {
    let pipeline = match (row.optional_id("pipeline")?, row.get("revision")?) {
        (Some(id), Some(revision)) => Some(PipelineAt { id, revision }),
        _ => None,
    };
    let control: Option<Control> = row.optional_json("control_note")?;
    Ok(Execution {
        id: row.id("id")?,
        application: row.id("application")?,
        pipeline,
        name: row.get("name")?,
        parent: row.optional_json("start_parent")?,
        trigger: row.params("trigger")?,
        principal: row.get("principal")?,
        roles: row.json("roles")?,
        created: row.time("created")?,
        catalog: row.get("catalog")?,
        state: state(row)?,
        control: control.unwrap_or_default(),
    })
}

fn state(row: &Columns<'_>) -> Result<ExecutionState, ReadError> {
    let started = row.optional_time("started")?;
    let waits = row.get::<Option<&str>>("slot")? == Some("waits");
    Ok(match (started, row.optional_time("ended")?) {
        (_, None) if waits => ExecutionState::Queued,
        (started, Some(ended)) => ExecutionState::Ended { started, ended, status: status(row)? },
        (Some(started), None) => ExecutionState::Running { started },
        (None, None) => ExecutionState::NotStarted,
    })
}

pub(super) fn status(row: &Columns<'_>) -> Result<ExecutionStatus, ReadError> {
    let text = row.text("status")?;
    ExecutionStatus::parse(text).ok_or_else(|| row.damaged(format!("there is no status {text}")))
}
