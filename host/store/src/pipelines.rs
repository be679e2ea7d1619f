//! Pipelines, their revisions and configured triggers.

use domain::id::{ApplicationName, PipelineId};
use domain::pipeline::Pipeline;
use domain::trigger::identity;
use domain::{Params, Timestamp};

use crate::page::{cut, with_one_more};
use crate::read::{Columns, all};
use crate::{Cursor, Page, ReadError, Store};

const TABLE: &str = "pipelines";
const REVISIONS: &str = "pipeline_revisions";
const TRIGGERS: &str = "pipeline_triggers";

/// Reads pipelines.
pub struct Pipelines<'s> {
    pub(crate) store: &'s Store,
}

/// A trigger that a stored pipeline has configured and enabled.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfiguredTrigger {
    /// Its identity in its pipeline ([`domain::trigger::identity`]).
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The pipeline.
    pub pipeline: PipelineId,
    /// Its application.
    pub application: ApplicationName,
    /// The pipeline is disabled: no trigger of it fires.
    pub disabled: bool,
    /// Position of the trigger in the document.
    pub index: usize,
    /// The entry as written.
    pub config: Params,
    /// Since when it stands as it does, enabled, in a pipeline that is: earlier dates are none of its.
    pub since: Timestamp,
    /// The last of its dates that was decided.
    pub fired: Option<Timestamp>,
}

impl Pipelines<'_> {
    /// The pipeline at its newest revision.
    pub async fn get(&self, id: &PipelineId) -> Result<Option<Pipeline>, ReadError> {
        let row = sqlx::query("select * from pipelines where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// The pipeline of that name in an application; case does not count.
    pub async fn by_name(&self, application: &ApplicationName, name: &str) -> Result<Option<Pipeline>, ReadError> {
        let row = sqlx::query("select * from pipelines where application = $1 and name = $2")
            .bind(application.as_str())
            .bind(name)
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| read(&Columns { table: TABLE, row: &row })).transpose()
    }

    /// What a `run-pipeline` means: a pipeline's id, or else its name in the application.
    pub async fn find(&self, application: &ApplicationName, id_or_name: &str) -> Result<Option<Pipeline>, ReadError> {
        match self.get(&id_or_name.into()).await? {
            Some(pipeline) => Ok(Some(pipeline)),
            None => self.by_name(application, id_or_name).await,
        }
    }

    /// Pipelines of an application by their place in its list, those without one after the others; then by name.
    pub async fn list(
        &self,
        application: &ApplicationName,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Pipeline>, ReadError> {
        let (place, name) = match cursor {
            None => (i64::MIN, ""),
            Some(Cursor(text)) => {
                let (place, name) = text.split_once('/').ok_or(ReadError::Cursor)?;
                (place.parse().map_err(|_| ReadError::Cursor)?, name)
            }
        };
        let rows = sqlx::query(
            "select *, coalesce(position, 9223372036854775807) as place from pipelines
            where application = $1 and (place > $2 or (place = $2 and name > $3)) order by place, name limit $4",
        )
        .bind(application.as_str())
        .bind(place)
        .bind(name)
        .bind(with_one_more(limit))
        .fetch_all(self.store.readers())
        .await?;
        cut((TABLE, &rows, limit), |row| Ok(format!("{}/{}", row.get::<i64>("place")?, row.text("name")?)), read)
    }

    /// The document of a revision; stays readable when the pipeline is gone.
    pub async fn revision(&self, id: &PipelineId, revision: i64) -> Result<Option<Params>, ReadError> {
        let row = sqlx::query("select document from pipeline_revisions where pipeline = $1 and revision = $2")
            .bind(id.as_str())
            .bind(revision)
            .fetch_optional(self.store.readers())
            .await?;
        row.map(|row| Columns { table: REVISIONS, row: &row }.params("document")).transpose()
    }

    /// All revisions kept, newest first, each as the pipeline was at it.
    pub async fn revisions(
        &self,
        id: &PipelineId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Pipeline>, ReadError> {
        let rows = sqlx::query(
            "select r.*, r.pipeline as id from pipeline_revisions r where r.pipeline = $1 and r.revision < $2
            order by r.revision desc limit $3",
        )
        .bind(id.as_str())
        .bind(Cursor::number(cursor, i64::MAX)?)
        .bind(with_one_more(limit))
        .fetch_all(self.store.readers())
        .await?;
        cut((REVISIONS, &rows, limit), |row| Ok(row.get::<i64>("revision")?.to_string()), read)
    }

    /// The newest revision ever kept under this id, 0 if none was: a pipeline that was removed and comes again counts on from it,
    /// as executions are pinned to the old ones.
    pub async fn newest_revision(&self, id: &PipelineId) -> Result<i64, ReadError> {
        let newest =
            sqlx::query_scalar("select coalesce(max(revision), 0) from pipeline_revisions where pipeline = $1")
                .bind(id.as_str())
                .fetch_one(self.store.readers())
                .await?;
        Ok(newest)
    }

    /// Enabled triggers of a type, of all pipelines. With `source`, those whose `source` member is that text (case does not count)
    /// and those that have none.
    pub async fn triggers_of(&self, kind: &str, source: Option<&str>) -> Result<Vec<ConfiguredTrigger>, ReadError> {
        let rows = sqlx::query(
            "select t.*, p.application from pipeline_triggers t join pipelines p on p.id = t.pipeline
            where t.kind = $1 and ($2 is null or t.source is null or t.source = $2) order by t.pipeline, t.position",
        )
        .bind(kind)
        .bind(source)
        .fetch_all(self.store.readers())
        .await?;
        all(TRIGGERS, &rows, configured)
    }

    /// Enabled triggers of one pipeline, in the order of its document.
    pub async fn triggers_in(&self, pipeline: &PipelineId) -> Result<Vec<ConfiguredTrigger>, ReadError> {
        let rows = sqlx::query(
            "select t.*, p.application from pipeline_triggers t join pipelines p on p.id = t.pipeline
            where t.pipeline = $1 order by t.position",
        )
        .bind(pipeline.as_str())
        .fetch_all(self.store.readers())
        .await?;
        all(TRIGGERS, &rows, configured)
    }
}

fn configured(row: &Columns<'_>) -> Result<ConfiguredTrigger, ReadError> {
    let config = row.params("config")?;
    Ok(ConfiguredTrigger {
        id: identity(&config),
        kind: row.get("kind")?,
        pipeline: row.id("pipeline")?,
        application: row.id("application")?,
        disabled: row.get("disabled")?,
        index: usize::try_from(row.get::<i64>("position")?).map_err(|error| row.damaged(error))?,
        config,
        since: row.time("since")?,
        fired: row.optional_time("fired")?,
    })
}

fn read(row: &Columns<'_>) -> Result<Pipeline, ReadError> {
    Ok(Pipeline {
        id: row.id("id")?,
        application: row.id("application")?,
        name: row.get("name")?,
        revision: row.get("revision")?,
        document: row.params("document")?,
        updated: row.time("updated")?,
        updated_by: row.get("updated_by")?,
    })
}

impl ConfiguredTrigger {
    /// The entry as its plugin gets it: with the trigger's identity as its `id`.
    #[must_use]
    pub fn named(&self) -> Params {
        if self.config.get("id").and_then(|id| id.as_str()) == Some(&self.id) {
            return self.config.clone();
        }
        self.config.merged(&Params::from_members([("id", self.id.as_str().into())]))
    }
}
