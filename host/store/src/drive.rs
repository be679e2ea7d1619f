//! What a drive commits, all or nothing, if the execution is still as it was seen.

use domain::audit::AuditEntry;
use domain::execution::{ControlKind, Event, Execution, ExecutionState};
use domain::id::{ExecutionId, Label, RefId};
use domain::operation::{Begun, Operation, OperationKey};
use domain::question::QuestionRow;
use domain::stage::StoredStage;
use domain::{Failure, Params, StageId, Timestamp};

/// The commit of one drive. The gate: version, epoch and control are as seen. A commit that has not seen the newest inbox row
/// leaves the execution due.
#[derive(Clone, Debug)]
pub struct DriveCommit {
    /// Which execution.
    pub execution: ExecutionId,
    /// Version as seen; becomes one more.
    pub version: i64,
    /// Owner's epoch as seen.
    pub epoch: i64,
    /// Control as seen: a raised control makes the commit stale, so that nothing is ordered after it was acknowledged.
    pub control: ControlKind,
    /// Number of the last inbox row that the drive has taken in; rows up to it go with this commit.
    pub inbox_seen: i64,
    /// New state.
    pub state: ExecutionState,
    /// Since when it is paused.
    pub paused_since: Option<Timestamp>,
    /// Whether its stages were told of a cancel.
    pub cancel_told: bool,
    /// Earliest moment at which time alone has something to decide.
    pub due: Option<Timestamp>,
    /// Rows of stages that go, before those that changed are written.
    pub removed: Vec<RefId>,
    /// Rows of stages that changed.
    pub stages: Vec<StoredStage>,
    /// What happened; they get the next numbers of the execution, whose event 1 (`execution.created`) was written by its admission.
    /// Stored as one row.
    pub events: Vec<Event>,
    /// Operations ordered.
    pub operations: Vec<Operation>,
    /// Operations that ended.
    pub outcomes: Vec<(OperationKey, Result<Params, Failure>, Timestamp)>,
    /// Operations no longer wanted.
    pub cancelling: Vec<OperationKey>,
    /// Questions asked.
    pub questions: Vec<QuestionRow>,
    /// Questions closed.
    pub closed_questions: Vec<(StageId, u32, Label)>,
    /// Child executions created; an id that exists already is left alone.
    pub children: Vec<NewExecution>,
    /// Executions to cancel: control is raised where they are not complete.
    pub cancel_executions: Vec<(ExecutionId, String)>,
    /// Ends of executions to be told to this one; one that is complete already is told at once, by an inbox row.
    pub awaits: Vec<(OperationKey, ExecutionId)>,
    /// What waits for this execution's end is told: present exactly when the state becomes `Ended`.
    pub report: Option<Params>,
    /// Audit rows.
    pub audit: Vec<AuditEntry>,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum DriveOutcome {
    /// Durable. `due_again`: inbox or control moved meanwhile, drive once more. `first_event`: number of the first event written.
    Committed {
        /// The new version.
        version: i64,
        /// Number of the first event of this commit.
        first_event: i64,
        /// There is an inbox row that it has not seen.
        due_again: bool,
        /// Executions that got an inbox row or a raised control by this commit, to be woken.
        woken: Vec<ExecutionId>,
    },
    /// Nothing was written: load again and drive again.
    Stale,
}

/// An execution to be admitted.
#[derive(Clone, Debug)]
pub struct NewExecution {
    /// The execution; state must be `NotStarted`.
    pub execution: Execution,
    /// The document, for ad hoc starts; otherwise the pipeline's revision has it.
    pub document: Option<Params>,
    /// Ended at once as a failed start: why (reference pipelines-and-stages.md §1.5).
    pub refused: Option<String>,
}

/// A change of an operation that is not an outcome; a checkpoint that says nothing new is not written.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Which operation.
    pub key: OperationKey,
    /// Its new progress.
    pub begun: Begun,
}
