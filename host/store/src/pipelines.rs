//! Pipelines, their revisions and configured triggers.

use domain::id::{ApplicationName, PipelineId};
use domain::pipeline::Pipeline;
use domain::Params;

use crate::{Cursor, Page, ReadError, Store};

/// Reads pipelines.
pub struct Pipelines<'s> {
    pub(crate) store: &'s Store,
}

/// A trigger that a stored pipeline has configured and enabled.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfiguredTrigger {
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
}

impl Pipelines<'_> {
    /// The pipeline at its newest revision.
    pub async fn get(&self, id: &PipelineId) -> Result<Option<Pipeline>, ReadError> {
        let _ = (self.store, id);
        todo!()
    }

    /// The pipeline of that name in an application; case does not count.
    pub async fn by_name(&self, application: &ApplicationName, name: &str) -> Result<Option<Pipeline>, ReadError> {
        let _ = (application, name);
        todo!()
    }

    /// What a `run-pipeline` means: a pipeline's id, or else its name in the application.
    pub async fn find(&self, application: &ApplicationName, id_or_name: &str) -> Result<Option<Pipeline>, ReadError> {
        let _ = (application, id_or_name);
        todo!()
    }

    /// Pipelines of an application by name.
    pub async fn list(
        &self,
        application: &ApplicationName,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Pipeline>, ReadError> {
        let _ = (application, cursor, limit);
        todo!()
    }

    /// The document of a revision; stays readable when the pipeline is gone.
    pub async fn revision(&self, id: &PipelineId, revision: i64) -> Result<Option<Params>, ReadError> {
        let _ = (id, revision);
        todo!()
    }

    /// All revisions kept, newest first, each as the pipeline was at it.
    pub async fn revisions(&self, id: &PipelineId, cursor: Option<&Cursor>, limit: u32) -> Result<Page<Pipeline>, ReadError> {
        let _ = (id, cursor, limit);
        todo!()
    }

    /// Enabled triggers of a type, of all pipelines. With `source`, those whose `source` member is that text (case does not count)
    /// and those that have none.
    pub async fn triggers_of(&self, kind: &str, source: Option<&str>) -> Result<Vec<ConfiguredTrigger>, ReadError> {
        let _ = (kind, source);
        todo!()
    }
}
