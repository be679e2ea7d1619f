//! Executions with their stages and inboxes.

mod list;
mod row;

use std::sync::PoisonError;

use domain::execution::{Execution, ExecutionStatus, Fact};
use domain::id::{ApplicationName, ExecutionId, PipelineId};
use domain::stage::StoredStage;
use domain::{Params, Timestamp};
use sqlx::SqliteConnection;

use crate::read::{Columns, all};
use crate::readers::{self, Readers};
use crate::{Cursor, Page, ReadError, Store};
use row::TABLE;

/// Reads executions.
pub struct Executions<'s> {
    pub(crate) store: &'s Store,
}

/// Everything that driving an execution needs, as of one moment.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The execution.
    pub execution: Execution,
    /// Its version.
    pub version: i64,
    /// Its owner's epoch.
    pub epoch: i64,
    /// Number of the newest fact ever put into its inbox; 0 before the first.
    pub inbox_head: i64,
    /// Since when it is paused, as far as the scheduler has acted on it.
    pub paused_since: Option<Timestamp>,
    /// Whether its stages were told of a cancel.
    pub cancel_told: bool,
    /// When time alone has something to decide.
    pub due: Option<Timestamp>,
    /// The document of an ad hoc start; otherwise the pipeline's revision has it.
    pub document: Option<Params>,
    /// Stages that have a row, parents before children.
    pub stages: Vec<StoredStage>,
    /// Facts not taken in yet, in order, by number.
    pub inbox: Vec<(i64, Fact)>,
}

/// An execution as lists and pages show it.
#[derive(Clone, Debug)]
pub struct StoredExecution {
    /// The execution.
    pub execution: Execution,
    /// Its version: grows with every commit; the ETag.
    pub version: i64,
    /// When time alone has something to decide.
    pub due: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_since: Option<Timestamp>,
    /// Why its start was refused.
    pub refused: Option<String>,
    /// Number of its newest event.
    pub events: i64,
}

/// An execution that is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenExecution {
    /// Which.
    pub id: ExecutionId,
    /// When time alone has something to decide; since ever, for one that was not driven since it was admitted or since its control was
    /// raised.
    pub due: Option<Timestamp>,
    /// Has facts in its inbox that no commit has taken in.
    pub has_inbox: bool,
    /// Position in the order of admission: `after` of the next page.
    pub number: i64,
}

/// What an execution waits behind, at one moment (reference pipelines-and-stages.md §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many executions of its pipeline run at once.
    pub limit: u32,
    /// All that wait are kept and start oldest first; otherwise the newest starts and the others are cancelled.
    pub keep: bool,
    /// How many hold a slot.
    pub running: u32,
    /// How many wait that came before it.
    pub older: u32,
}

/// Which executions. Empty or absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Of this application.
    pub application: Option<ApplicationName>,
    /// Of this pipeline.
    pub pipeline: Option<PipelineId>,
    /// In one of these states.
    pub statuses: Vec<ExecutionStatus>,
    /// Started by a trigger of this type.
    pub trigger_type: Option<String>,
    /// Started by a stage of this execution.
    pub parent: Option<ExecutionId>,
    /// With this text in its name or its principal's, or as its id; the case of ASCII letters does not count.
    pub text: Option<String>,
}

impl Executions<'_> {
    /// Everything that driving it needs, read in one snapshot.
    pub async fn load(&self, id: &ExecutionId) -> Result<Option<Loaded>, ReadError> {
        match self.store.readers() {
            Readers::Pool(pool) => {
                let mut snapshot = pool.begin().await?;
                let loaded = load(&mut snapshot, id).await?;
                snapshot.commit().await?;
                Ok(loaded)
            }
            // Nobody writes meanwhile: the writer waits for its turn.
            Readers::Caller(connection) => {
                readers::wait(load(&mut connection.lock().unwrap_or_else(PoisonError::into_inner), id))
            }
        }
    }

    /// The execution without its stages.
    pub async fn get(&self, id: &ExecutionId) -> Result<Option<StoredExecution>, ReadError> {
        let row = sqlx::query(
            "select e.*, s.*, s.parent as start_parent from executions e join execution_starts s on s.execution = e.number where e.id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(self.store.readers())
        .await?;
        row.map(|row| row::stored(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// Executions, newest first by admission. A page may be short, even empty, although there is a next one: a filter that fits few
    /// rows looks at a bounded number of them, so that no list waits for the whole history.
    pub async fn list(
        &self,
        filter: &ExecutionFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<StoredExecution>, ReadError> {
        list::list(self.store.readers(), filter, cursor, limit).await
    }

    /// Executions that are not complete, oldest first, after the one with number `after` (0: from the first).
    pub async fn open(&self, after: i64, limit: u32) -> Result<Vec<OpenExecution>, ReadError> {
        let rows = sqlx::query(
            "select e.number, e.id, exists (select 1 from inbox i where i.execution = e.number) as has_inbox,
              case when (e.status = 'NOT_STARTED' and e.slot is not 'waits') or (e.control = 'pause') <> (e.paused_since is not null)
                or (e.control = 'cancel' and e.cancel_told = 0) then 0 else e.due end as due
            from executions e indexed by executions_open where e.ended is null and e.number > $1 order by e.number limit $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.store.readers())
        .await?;
        all(TABLE, &rows, |row| {
            Ok(OpenExecution {
                id: row.id("id")?,
                due: row.optional_time("due")?,
                has_inbox: row.get("has_inbox")?,
                number: row.get("number")?,
            })
        })
    }

    /// The execution of a pipeline that was started last, in any state; one that never started counts only where none did. Of the
    /// pipeline's executions the newest hundred are looked at: a queue may turn the order of starts round, but not over months.
    pub async fn last_started(&self, pipeline: &PipelineId) -> Result<Option<ExecutionId>, ReadError> {
        let row = sqlx::query(LAST_STARTED).bind(pipeline.as_str()).fetch_optional(self.store.readers()).await?;
        row.map(|row| Columns { table: TABLE, row: &row }.id("id")).transpose()
    }

    /// What an execution waits behind; absent unless it waits for a slot.
    pub async fn waiting(&self, id: &ExecutionId) -> Result<Option<Waiting>, ReadError> {
        let row = sqlx::query(
            "select q.most, q.keep,
              (select count(*) from executions h where h.pipeline = e.pipeline and h.slot = 'holds' and h.status <> 'PAUSED') as running,
              (select count(*) from executions w where w.pipeline = e.pipeline and w.slot = 'waits' and w.control <> 'cancel'
                and w.turn < e.turn) as older
            from executions e join queues q on q.pipeline = e.pipeline where e.id = $1 and e.slot = 'waits'",
        )
        .bind(id.as_str())
        .fetch_optional(self.store.readers())
        .await?;
        row.map(|row| {
            let row = Columns { table: "queues", row: &row };
            let count = |name| u32::try_from(row.get::<i64>(name)?).map_err(|error| row.damaged(error));
            Ok(Waiting {
                limit: count("most")?,
                keep: row.get("keep")?,
                running: count("running")?,
                older: count("older")?,
            })
        })
        .transpose()
    }

    /// How many executions are in each state that is not complete, of one application or of all.
    pub async fn counts(
        &self,
        application: Option<&ApplicationName>,
    ) -> Result<Vec<(ExecutionStatus, u64)>, ReadError> {
        let rows = sqlx::query(
            "select status, count(*) as number from executions indexed by executions_open
            where ended is null and ($1 is null or application = $1) group by status order by status",
        )
        .bind(application.map(ApplicationName::as_str))
        .fetch_all(self.store.readers())
        .await?;
        all(TABLE, &rows, |row| {
            let count = u64::try_from(row.get::<i64>("number")?).map_err(|error| row.damaged(error))?;
            Ok((row::status(row)?, count))
        })
    }
}

const LAST_STARTED: &str = "select id from (select id, number, started from executions indexed by executions_pipeline
    where pipeline = $1 order by number desc limit 100) order by coalesce(started, 0) desc, number desc limit 1";
async fn load(connection: &mut SqliteConnection, id: &ExecutionId) -> Result<Option<Loaded>, ReadError> {
    let sql = "select e.*, s.*, s.parent as start_parent from executions e join execution_starts s on s.execution = e.number where e.id = $1";
    let Some(found) = sqlx::query(sql).bind(id.as_str()).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let row = Columns { table: TABLE, row: &found };
    let number = row.get("number")?;
    Ok(Some(Loaded {
        execution: row::execution(&row)?,
        version: row.get("version")?,
        epoch: row.get("epoch")?,
        inbox_head: row.get("inbox_head")?,
        paused_since: row.optional_time("paused_since")?,
        cancel_told: row.get("cancel_told")?,
        due: row.optional_time("due")?,
        document: row.get::<Option<&str>>("document")?.map(|_| row.params("document")).transpose()?,
        stages: stages(&mut *connection, number).await?,
        inbox: inbox(&mut *connection, number).await?,
    }))
}

async fn stages(connection: &mut SqliteConnection, number: i64) -> Result<Vec<StoredStage>, ReadError> {
    let rows = sqlx::query("select body from stages where execution = $1 order by ordinal")
        .bind(number)
        .fetch_all(connection)
        .await?;
    all("stages", &rows, |row| row.json("body"))
}

async fn inbox(connection: &mut SqliteConnection, number: i64) -> Result<Vec<(i64, Fact)>, ReadError> {
    let rows = sqlx::query("select number, fact from inbox where execution = $1 order by number")
        .bind(number)
        .fetch_all(connection)
        .await?;
    all("inbox", &rows, |row| Ok((row.get("number")?, row.json("fact")?)))
}
