//! Events, by execution and in the installation's feed.

use std::sync::Arc;

use domain::execution::Event;
use domain::id::ExecutionId;

use crate::read::{Columns, all};
use crate::{Committed, ReadError, Store};

const TABLE: &str = "events";

/// Reads events.
pub struct Events<'s> {
    pub(crate) store: &'s Store,
}

impl Events<'_> {
    /// Events of an execution with numbers above `after`, in order; numbers begin with 1. Whole commits are read, so a few more than
    /// `limit` may come.
    pub async fn of(&self, execution: &ExecutionId, after: i64, limit: u32) -> Result<Vec<(i64, Event)>, ReadError> {
        let rows = sqlx::query(
            "select v.first, v.body from events v join executions e on v.execution = e.number
            where e.id = $1 and v.first + v.count > $2 + 1 order by v.feed limit $3",
        )
        .bind(execution.as_str())
        .bind(after)
        .bind(limit)
        .fetch_all(self.store.readers())
        .await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut events = Vec::new();
        for row in &rows {
            if events.len() >= limit {
                break;
            }
            let (first, body) = commit(&Columns { table: TABLE, row })?;
            events.extend((first..).zip(body).filter(|(number, _)| *number > after));
        }
        Ok(events)
    }

    /// Commits after a position of the feed, in order.
    pub async fn feed_after(&self, feed: i64, limit: u32) -> Result<Vec<Committed>, ReadError> {
        let rows = sqlx::query(
            "select v.feed, v.first, v.body, e.id, e.application from events v join executions e on e.number = v.execution
            where v.feed > $1 order by v.feed limit $2",
        )
        .bind(feed)
        .bind(limit)
        .fetch_all(self.store.readers())
        .await?;
        all(TABLE, &rows, |row| {
            let (first, events) = commit(row)?;
            let application: Arc<str> = row.id("application")?;
            Ok(Committed {
                feed: row.get("feed")?,
                execution: row.id("id")?,
                application,
                first,
                events: events.into(),
            })
        })
    }

    /// The newest position of the feed; 0 before the first.
    pub async fn newest(&self) -> Result<i64, ReadError> {
        let newest: Option<i64> =
            sqlx::query_scalar("select max(feed) from events").fetch_one(self.store.readers()).await?;
        Ok(newest.unwrap_or(0))
    }

    /// The oldest position still kept: a cursor before the one before it must be told to reset.
    pub async fn oldest(&self) -> Result<Option<i64>, ReadError> {
        Ok(sqlx::query_scalar("select min(feed) from events").fetch_one(self.store.readers()).await?)
    }
}

fn commit(row: &Columns<'_>) -> Result<(i64, Vec<Event>), ReadError> {
    Ok((row.get("first")?, row.json("body")?))
}
