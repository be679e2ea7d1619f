//! Lists of executions, flat in the length of history.
//!
//! Each filter goes down the one index that fits it best, newest first, and looks at a bounded number of rows for what no index
//! has. So there is no index for each combination, of which every commit would have to write each.

use domain::execution::ExecutionStatus;
use sqlx::Arguments;
use sqlx::sqlite::SqliteArguments;

use super::row::{self, TABLE};
use super::{ExecutionFilter, StoredExecution};
use crate::page::{LOOK_AT_MOST, by_number, cut, with_one_more};
use crate::readers::Readers;
use crate::{Cursor, Page, ReadError};

/// The texts of one way down: how far the bounded look goes, and the rows that fit.
struct Way {
    floor: &'static str,
    rows: &'static str,
}

macro_rules! way {
    ($index:literal, $condition:literal) => {
        Way {
            floor: concat!(
                "select min(number), count(*) from (select e.number from executions e ", $index,
                " where e.number < $1 and ", $condition, " order by e.number desc limit $9)"
            ),
            rows: concat!(
                "select e.*, s.*, s.parent as start_parent from executions e ", $index,
                " join execution_starts s on s.execution = e.number where e.number < $1 and e.number >= $10 and ", $condition,
                " and ($3 is null or e.application = $3) and ($4 is null or e.pipeline = $4)
                and ($5 is null or e.parent = $5) and ($6 is null or e.trigger_type = $6)
                and ($7 is null or e.status in (select value from json_each($7)))
                and ($8 is null or lower(e.id) = $8 or instr(lower(s.name), $8) > 0 or instr(lower(s.principal), $8) > 0)
                order by e.number desc limit $2"
            ),
        }
    };
}

const BY_PARENT: Way = way!("indexed by executions_parent", "e.parent = $5");
const BY_PIPELINE: Way = way!("indexed by executions_pipeline", "e.pipeline = $4");
const BY_APPLICATION: Way = way!("indexed by executions_application", "e.application = $3");
const OPEN: Way = way!("indexed by executions_open", "e.ended is null");
const ALL: Way = way!("not indexed", "true");

/// The way down for a filter, and whether its index alone decides what fits.
fn way(filter: &ExecutionFilter) -> (&'static Way, bool) {
    let ExecutionFilter { application, pipeline, statuses, trigger_type, parent, text } = filter;
    let open = !statuses.is_empty() && !statuses.iter().copied().any(ExecutionStatus::is_complete);
    let plain = statuses.is_empty() && trigger_type.is_none() && text.is_none();
    if parent.is_some() {
        (&BY_PARENT, plain && application.is_none() && pipeline.is_none())
    } else if open {
        (&OPEN, false)
    } else if pipeline.is_some() {
        (&BY_PIPELINE, plain && application.is_none())
    } else if application.is_some() {
        (&BY_APPLICATION, plain)
    } else {
        (&ALL, plain)
    }
}

pub(super) async fn list(
    readers: &Readers,
    filter: &ExecutionFilter,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<Page<StoredExecution>, ReadError> {
    let before = Cursor::number(cursor, i64::MAX)?;
    let (way, decides) = way(filter);
    let (mut floor, mut more) = (0, false);
    if !decides {
        let arguments = arguments(filter, before, 0, 0)?;
        let (lowest, looked): (Option<i64>, i64) = sqlx::query_as_with(way.floor, arguments).fetch_one(readers).await?;
        floor = lowest.unwrap_or(0);
        more = looked >= LOOK_AT_MOST;
    }
    let arguments = arguments(filter, before, with_one_more(limit), floor)?;
    let rows = sqlx::query_with(way.rows, arguments).fetch_all(readers).await?;
    let mut page = cut((TABLE, &rows, limit), by_number, row::stored)?;
    if more && page.next.is_none() {
        page.next = Some(Cursor(floor.to_string()));
    }
    Ok(page)
}

/// `$1` … `$10` of both texts of a way.
fn arguments(filter: &ExecutionFilter, before: i64, limit: i64, floor: i64) -> Result<SqliteArguments, ReadError> {
    let ExecutionFilter { application, pipeline, statuses, trigger_type, parent, text } = filter;
    let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
    let statuses = (!statuses.is_empty()).then(|| format!("[\"{}\"]", statuses.join("\",\"")));
    let mut arguments = SqliteArguments::default();
    let texts = [
        application.as_ref().map(|name| name.as_str().to_owned()),
        pipeline.as_ref().map(|id| id.as_str().to_owned()),
        parent.as_ref().map(|id| id.as_str().to_owned()),
        trigger_type.clone(),
        statuses,
        text.as_ref().map(|text| text.to_ascii_lowercase()),
    ];
    let encoded = |error| ReadError::from(sqlx::Error::Encode(error));
    for number in [before, limit] {
        arguments.add(number).map_err(encoded)?;
    }
    for text in texts {
        arguments.add(text).map_err(encoded)?;
    }
    for number in [LOOK_AT_MOST, floor] {
        arguments.add(number).map_err(encoded)?;
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{Row, SqlitePool};

    use super::*;

    /// Every way goes down its index in order: no scan of what grows, and no sort.
    #[tokio::test]
    async fn no_list_scans_or_sorts() {
        let readers = SqlitePool::connect_with(SqliteConnectOptions::new().in_memory(true)).await.expect("open");
        let mut connection = readers.acquire().await.expect("one");
        sqlx::raw_sql(include_str!("../../migrations/0001_initial.sql"))
            .execute(&mut *connection)
            .await
            .expect("schema");
        for (way, index) in [
            (&BY_PARENT, "executions_parent"),
            (&BY_PIPELINE, "executions_pipeline"),
            (&BY_APPLICATION, "executions_application"),
            (&OPEN, "executions_open"),
            (&ALL, "INTEGER PRIMARY KEY"),
        ] {
            for text in [way.floor, way.rows] {
                let arguments = arguments(&ExecutionFilter::default(), i64::MAX, 51, 0).expect("arguments");
                let explain = sqlx::AssertSqlSafe(format!("explain query plan {text}"));
                let plan = sqlx::query_with(explain, arguments).fetch_all(&mut *connection).await.expect("a plan");
                let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
                let plan = plan.join("\n");
                assert!(plan.contains(index), "{index}:\n{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "sorts:\n{plan}");
                let scans = plan.lines().filter(|line| line.starts_with("SCAN"));
                let grows = scans.filter(|line| !line.contains("json_each") && !line.contains("(subquery"));
                assert_eq!(grows.count(), 0, "scans:\n{plan}");
            }
        }
    }
}
