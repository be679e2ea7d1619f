//! Executions with their stages and inboxes.

use domain::execution::{Execution, ExecutionStatus, Fact};
use domain::id::{ApplicationName, ExecutionId, PipelineId};
use domain::stage::StoredStage;
use domain::{Params, Timestamp};

use crate::{Cursor, Page, ReadError, Store};

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
    /// When time alone has something to decide.
    pub due: Option<Timestamp>,
    /// Has facts in its inbox that no commit has taken in.
    pub has_inbox: bool,
    /// Position in the order of admission: `after` of the next page.
    pub number: i64,
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
    /// With this text in id, name or the trigger's `user`.
    pub text: Option<String>,
}

impl Executions<'_> {
    /// Everything that driving it needs, read in one snapshot.
    pub async fn load(&self, id: &ExecutionId) -> Result<Option<Loaded>, ReadError> {
        let _ = (self.store, id);
        todo!()
    }

    /// The execution without its stages.
    pub async fn get(&self, id: &ExecutionId) -> Result<Option<StoredExecution>, ReadError> {
        let _ = id;
        todo!()
    }

    /// Executions, newest first by admission. A page may be short although there is a next one: a filter that fits few rows looks
    /// at a bounded number of them, so that no list waits for the whole history.
    pub async fn list(
        &self,
        filter: &ExecutionFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<StoredExecution>, ReadError> {
        let _ = (filter, cursor, limit);
        todo!()
    }

    /// Executions that are not complete, oldest first, after the one with number `after` (0: from the first).
    pub async fn open(&self, after: i64, limit: u32) -> Result<Vec<OpenExecution>, ReadError> {
        let _ = (after, limit);
        todo!()
    }

    /// How many executions are in each state that is not complete, of one application or of all.
    pub async fn counts(&self, application: Option<&ApplicationName>) -> Result<Vec<(ExecutionStatus, u64)>, ReadError> {
        let _ = application;
        todo!()
    }
}
