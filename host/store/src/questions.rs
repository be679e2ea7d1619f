//! Questions that people are asked, and their votes.

use std::collections::BTreeMap;

use domain::id::{ApplicationName, ExecutionId};
use domain::question::{QuestionRow, Vote};
use sqlx::sqlite::SqliteRow;

use crate::page::{by_number, cut, with_one_more};
use crate::read::{Columns, all};
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "questions";

/// Reads questions.
pub struct Questions<'s> {
    pub(crate) store: &'s Store,
}

impl Questions<'_> {
    /// The question of that id ([`QuestionRow::id`]), open or closed, with its votes.
    pub async fn get(&self, id: &str) -> Result<Option<QuestionRow>, ReadError> {
        let rows = sqlx::query(
            "select q.*, e.id as execution_id from questions q join executions e on e.number = q.execution where q.id = $1",
        )
        .bind(id)
        .fetch_all(self.store.readers())
        .await?;
        Ok(self.with_votes(all(TABLE, &rows, read)?).await?.pop())
    }

    /// Open questions, newest first, of one application or of all.
    pub async fn open(
        &self,
        application: Option<&ApplicationName>,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<QuestionRow>, ReadError> {
        let rows: Vec<SqliteRow> = sqlx::query(
            "select q.*, e.id as execution_id from questions q indexed by questions_open
            join executions e on e.number = q.execution
            where q.closed is null and q.number < $1 and ($2 is null or q.application = $2) order by q.number desc limit $3",
        )
        .bind(Cursor::number(cursor, i64::MAX)?)
        .bind(application.map(ApplicationName::as_str))
        .bind(with_one_more(limit))
        .fetch_all(self.store.readers())
        .await?;
        let Page { items, next } = cut((TABLE, &rows, limit), by_number, read)?;
        Ok(Page { items: self.with_votes(items).await?, next })
    }

    /// Questions of an execution, open and closed, in the order asked.
    pub async fn of(&self, execution: &ExecutionId) -> Result<Vec<QuestionRow>, ReadError> {
        let rows = sqlx::query(
            "select q.*, e.id as execution_id from executions e join questions q on q.execution = e.number
            where e.id = $1 order by q.number",
        )
        .bind(execution.as_str())
        .fetch_all(self.store.readers())
        .await?;
        self.with_votes(all(TABLE, &rows, read)?).await
    }

    async fn with_votes(&self, mut questions: Vec<QuestionRow>) -> Result<Vec<QuestionRow>, ReadError> {
        if questions.is_empty() {
            return Ok(questions);
        }
        let ids: Vec<String> = questions.iter().map(QuestionRow::id).collect();
        let ids = serde_json::to_string(&ids).map_err(|error| ReadError::Database(error.to_string()))?;
        let rows = sqlx::query(
            "select question, vote from votes where question in (select value from json_each($1)) order by question, position",
        )
        .bind(ids)
        .fetch_all(self.store.readers())
        .await?;
        let mut votes: BTreeMap<String, Vec<Vote>> = BTreeMap::new();
        for (question, vote) in all("votes", &rows, |row| Ok((row.get("question")?, row.json("vote")?)))? {
            votes.entry(question).or_default().push(vote);
        }
        for question in &mut questions {
            question.votes = votes.remove(&question.id()).unwrap_or_default();
        }
        Ok(questions)
    }
}

fn read(row: &Columns<'_>) -> Result<QuestionRow, ReadError> {
    let run: i64 = row.get("run")?;
    Ok(QuestionRow {
        execution: row.id("execution_id")?,
        stage: row.id("stage")?,
        run: u32::try_from(run).map_err(|error| row.damaged(error))?,
        label: row.id("label")?,
        application: row.get("application")?,
        question: row.json("question")?,
        asked: row.time("asked")?,
        votes: Vec::new(),
        closed: row.optional_time("closed")?,
    })
}
