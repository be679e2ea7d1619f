//! Trigger events and what became of them.

use domain::Params;
use domain::code::Code;
use domain::id::{ExecutionId, PipelineId};
use domain::trigger::{TriggerEvent, TriggerOutcome};
use serde::{Deserialize, Serialize};

use crate::page::{LOOK_AT_MOST, by_number, cut, with_one_more};
use crate::read::Columns;
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "trigger_events";

/// Reads trigger events.
pub struct Triggers<'s> {
    pub(crate) store: &'s Store,
}

/// An event with what became of it, trigger by trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Grows with every event recorded.
    pub number: i64,
    /// The event.
    pub event: TriggerEvent,
    /// What became of it.
    pub outcomes: Vec<TriggerOutcome>,
}

/// Which events. Absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this trigger type.
    pub kind: Option<String>,
    /// Looked at for this pipeline.
    pub pipeline: Option<PipelineId>,
}

impl Triggers<'_> {
    /// The event of that identity: type, source and key together.
    pub async fn event(&self, kind: &str, source: &Params, key: &str) -> Result<Option<RecordedEvent>, ReadError> {
        let row = sqlx::query("select * from trigger_events where key = $1 and kind = $2 and source = $3")
            .bind(key)
            .bind(kind)
            .bind(source.text())
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// The newest event with that key, whatever its type and source.
    pub async fn by_key(&self, key: &str) -> Result<Option<RecordedEvent>, ReadError> {
        let row = sqlx::query("select * from trigger_events where key = $1 order by number desc limit 1")
            .bind(key)
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// Events, newest first. A page may be short, even empty, although there is a next one: a bounded number of rows is looked at.
    pub async fn events(
        &self,
        filter: &EventFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<RecordedEvent>, ReadError> {
        let EventFilter { kind, pipeline } = filter;
        let before = Cursor::number(cursor, i64::MAX)?;
        let (sql, floor) = match pipeline {
            Some(_) => (OF_PIPELINE, 0),
            None => (OF_ALL, self.newest_before(before).await?.saturating_sub(LOOK_AT_MOST)),
        };
        let rows = sqlx::query(sql)
            .bind(before)
            .bind(with_one_more(limit))
            .bind(pipeline.as_ref().map(PipelineId::as_str))
            .bind(kind.as_deref())
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
        let newest: Option<i64> = sqlx::query_scalar("select max(number) from trigger_events where number < $1")
            .bind(before)
            .fetch_one(self.store.readers())
            .await?;
        Ok(newest.unwrap_or(0))
    }
}

const OF_PIPELINE: &str = "select t.* from trigger_looks l join trigger_events t on t.number = l.event
    where l.pipeline = $3 and l.event < $1 and ($4 is null or t.kind = $4) order by l.event desc limit $2";
const OF_ALL: &str = "select t.* from trigger_events t
    where t.number < $1 and t.number > $5 and ($4 is null or t.kind = $4) order by t.number desc limit $2";

fn read(row: &Columns<'_>) -> Result<RecordedEvent, ReadError> {
    let outcomes: Vec<StoredOutcome> = row.json("outcomes")?;
    let event = TriggerEvent {
        key: row.get("key")?,
        kind: row.get("kind")?,
        source: row.params("source")?,
        payload: row.params("payload")?,
        received: row.time("received")?,
    };
    let outcomes = outcomes.into_iter().map(TriggerOutcome::from).collect();
    Ok(RecordedEvent { number: row.get("number")?, event, outcomes })
}

/// An outcome as its column holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredOutcome {
    pub(crate) pipeline: PipelineId,
    pub(crate) index: usize,
    pub(crate) result: Result<ExecutionId, (Code, String)>,
}

impl From<TriggerOutcome> for StoredOutcome {
    fn from(outcome: TriggerOutcome) -> Self {
        let TriggerOutcome { pipeline, index, result } = outcome;
        StoredOutcome { pipeline, index, result }
    }
}

impl From<StoredOutcome> for TriggerOutcome {
    fn from(stored: StoredOutcome) -> Self {
        let StoredOutcome { pipeline, index, result } = stored;
        TriggerOutcome { pipeline, index, result }
    }
}
