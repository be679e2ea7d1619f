//! What a drive gathers on its way, and what becomes of it: one commit.

use domain::execution::{ExecutionState, report::report};
use domain::id::{ExecutionId, Label};
use domain::operation::{Operation, OperationKey};
use domain::question::QuestionRow;
use domain::{Failure, Params, StageId, Timestamp};
use store::{DriveCommit, NewExecution};

use crate::seat::Seat;

/// Rows to be committed beside what the view says of itself.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Operations ordered: performed after the commit.
    pub operations: Vec<Operation>,
    /// Operations that ended.
    pub outcomes: Vec<(OperationKey, Result<Params, Failure>, Timestamp)>,
    /// Operations no longer wanted.
    pub cancelling: Vec<OperationKey>,
    /// Questions asked.
    pub questions: Vec<QuestionRow>,
    /// Questions closed.
    pub closed_questions: Vec<(StageId, u32, Label)>,
    /// Child executions.
    pub children: Vec<NewExecution>,
    /// Executions to be cancelled.
    pub cancel_executions: Vec<(ExecutionId, String)>,
    /// Executions whose end is to be told.
    pub awaits: Vec<(OperationKey, ExecutionId)>,
    /// Inbox rows up to this one are taken in.
    pub inbox_seen: i64,
    /// Whether the execution had ended before this drive.
    pub was_ended: bool,
}

impl Gathered {
    /// The commit of everything that has changed in the seat's view since the last one; absent when nothing has. `more`: the drive
    /// stopped although something is left to decide.
    pub(crate) fn commit(self, seat: &mut Seat, more: bool, now: Timestamp) -> Option<DriveCommit> {
        let changes = seat.view.take_changes();
        let ended = matches!(seat.view.execution.state, ExecutionState::Ended { .. });
        let rows = !(self.operations.is_empty()
            && self.outcomes.is_empty()
            && self.cancelling.is_empty()
            && self.questions.is_empty()
            && self.closed_questions.is_empty()
            && self.children.is_empty()
            && self.cancel_executions.is_empty()
            && self.awaits.is_empty());
        let heard = self.inbox_seen > seat.inbox_seen;
        if !rows
            && !heard
            && !changes.execution
            && changes.stages.is_empty()
            && changes.removed.is_empty()
            && changes.events.is_empty()
        {
            return None;
        }
        let view = &seat.view;
        let report = match view.execution.state {
            ExecutionState::Ended { status, .. } if !self.was_ended => {
                Some(report(&view.execution, &view.stages, status))
            }
            _ => None,
        };
        Some(DriveCommit {
            execution: view.execution.id.clone(),
            version: seat.version,
            epoch: seat.epoch,
            control: view.execution.control.kind,
            inbox_seen: self.inbox_seen,
            state: view.execution.state,
            paused_since: view.paused_since,
            cancel_told: view.cancel_told,
            due: if ended { None } else { seat.row_due(more, now) },
            removed: changes.removed,
            stages: changes.stages.iter().map(|&position| view.stored(position)).collect(),
            events: changes.events,
            operations: self.operations,
            outcomes: self.outcomes,
            cancelling: self.cancelling,
            questions: self.questions,
            closed_questions: self.closed_questions,
            children: self.children,
            cancel_executions: self.cancel_executions,
            awaits: self.awaits,
            report,
            audit: Vec::new(),
        })
    }
}
