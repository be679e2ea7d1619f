//! How the engine and observers learn of commits without asking: pushed by the writer after the commit is durable.

use std::sync::Arc;

use domain::execution::Event;
use domain::id::{ExecutionId, PipelineId};

use crate::drive::NewExecution;

/// Why an execution is to be driven.
#[derive(Clone, Debug)]
pub enum Wake {
    /// It was admitted; the engine need not load it.
    Admitted(Arc<NewExecution>),
    /// Its inbox or its control moved.
    Moved(ExecutionId),
}

/// What was configured anew, for those who keep in memory what triggers there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configured {
    /// This pipeline was saved or removed.
    Pipeline(PipelineId),
    /// There is a new catalogue revision.
    Catalog,
}

/// The events of one commit, as observers get them: committed state only.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Position in the installation's one feed: grows with every row.
    pub feed: i64,
    /// Whose events.
    pub execution: ExecutionId,
    /// Its application.
    pub application: Arc<str>,
    /// Number of the first of them in the execution.
    pub first: i64,
    /// The events.
    pub events: Arc<[Event]>,
}
