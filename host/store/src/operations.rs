//! Operations.

use domain::id::{ApplicationName, ExecutionId};
use domain::operation::{Operation, OperationKey, OperationState};

use crate::page::{LOOK_AT_MOST, by_number, cut, with_one_more};
use crate::read::{Columns, all};
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "operations";

/// Reads operations.
pub struct Operations<'s> {
    pub(crate) store: &'s Store,
}

/// Which operations. Absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationFilter {
    /// Of this execution.
    pub execution: Option<ExecutionId>,
    /// Of this application.
    pub application: Option<ApplicationName>,
    /// Without (true) or with (false) an outcome.
    pub open: Option<bool>,
}

impl Operations<'_> {
    /// Operations of an execution that have no outcome, in the order ordered.
    pub async fn open_of(&self, execution: &ExecutionId) -> Result<Vec<Operation>, ReadError> {
        let rows = sqlx::query(
            "select o.*, e.id from executions e join operations o on o.execution = e.number
            where e.id = $1 and o.ended is null order by o.number",
        )
        .bind(execution.as_str())
        .fetch_all(self.store.readers())
        .await?;
        all(TABLE, &rows, read)
    }

    /// All operations without outcome, oldest first.
    pub async fn open_all(&self, cursor: Option<&Cursor>, limit: u32) -> Result<Page<Operation>, ReadError> {
        let rows = sqlx::query(
            "select o.*, e.id from operations o indexed by operations_open join executions e on e.number = o.execution
            where o.ended is null and o.number > $1 order by o.number limit $2",
        )
        .bind(Cursor::number(cursor, 0)?)
        .bind(with_one_more(limit))
        .fetch_all(self.store.readers())
        .await?;
        cut((TABLE, &rows, limit), by_number, read)
    }

    /// Operations, newest first. A page may be short, even empty, although there is a next one: of an application, a bounded number
    /// of rows is looked at.
    pub async fn list(
        &self,
        filter: &OperationFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Operation>, ReadError> {
        let OperationFilter { execution, application, open } = filter;
        let before = Cursor::number(cursor, i64::MAX)?;
        let (sql, floor) = match execution {
            Some(_) => (OF_EXECUTION, 0),
            None => (OF_ALL, self.newest_before(before).await?.saturating_sub(LOOK_AT_MOST)),
        };
        let rows = sqlx::query(sql)
            .bind(before)
            .bind(with_one_more(limit))
            .bind(execution.as_ref().map(ExecutionId::as_str))
            .bind(application.as_ref().map(ApplicationName::as_str))
            .bind(*open)
            .bind(floor)
            .fetch_all(self.store.readers())
            .await?;
        let mut page = cut((TABLE, &rows, limit), by_number, read)?;
        if page.next.is_none() && floor > 0 {
            page.next = Some(Cursor((floor + 1).to_string()));
        }
        Ok(page)
    }

    async fn newest_before(&self, before: i64) -> Result<i64, ReadError> {
        let newest: Option<i64> = sqlx::query_scalar("select max(number) from operations where number < $1")
            .bind(before)
            .fetch_one(self.store.readers())
            .await?;
        Ok(newest.unwrap_or(0))
    }

    /// One operation.
    pub async fn get(&self, key: &OperationKey) -> Result<Option<Operation>, ReadError> {
        let row = sqlx::query(
            "select o.*, e.id from executions e join operations o on o.execution = e.number
            where e.id = $1 and o.stage = $2 and o.run = $3 and o.label = $4",
        )
        .bind(key.execution.as_str())
        .bind(key.stage.as_str())
        .bind(key.run)
        .bind(key.label.as_str())
        .fetch_optional(self.store.readers())
        .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }
}

const OF_EXECUTION: &str = "select o.*, e.id from executions e join operations o on o.execution = e.number
    where e.id = $3 and o.number < $1 and ($4 is null or o.application = $4 collate nocase)
      and ($5 is null or (o.ended is null) = $5)
    order by o.number desc limit $2";
const OF_ALL: &str = "select o.*, e.id from operations o not indexed join executions e on e.number = o.execution
    where o.number < $1 and o.number > $6 and ($4 is null or o.application = $4 collate nocase)
      and ($5 is null or (o.ended is null) = $5)
    order by o.number desc limit $2";

fn read(row: &Columns<'_>) -> Result<Operation, ReadError> {
    let state = match (row.optional_time("ended")?, row.optional_json("begun")?) {
        (Some(at), _) => OperationState::Ended { outcome: row.json("outcome")?, at },
        (None, Some(begun)) => OperationState::Begun(begun),
        (None, None) => OperationState::Ordered,
    };
    let run: i64 = row.get("run")?;
    Ok(Operation {
        key: OperationKey {
            execution: row.id("id")?,
            stage: row.id("stage")?,
            run: u32::try_from(run).map_err(|error| row.damaged(error))?,
            label: row.id("label")?,
        },
        application: row.get("application")?,
        principal: row.get("principal")?,
        request: row.json("request")?,
        digest: row.id("digest")?,
        ordered: row.time("ordered")?,
        state,
        cancelling: row.get("cancelling")?,
    })
}
