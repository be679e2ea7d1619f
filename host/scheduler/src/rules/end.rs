//! How an execution ends, looking only at its top-level stages (reference pipelines-and-stages.md §2.10).

use domain::Timestamp;
use domain::execution::{ControlKind, EventKind, ExecutionState, ExecutionStatus};
use domain::pipeline::FailureChoice;
use domain::stage::{CancelCause, StageState, StageStatus};

use crate::view::View;

/// Whether a top-level stage ended so that the execution will fail or be cancelled: nothing new starts then.
pub(super) fn is_failing(view: &View) -> bool {
    view.stages[..view.top_level].iter().any(|stage| match &stage.state {
        StageState::Ended(ended) => {
            !ended.past && matches!(ended.status, StageStatus::Terminal | StageStatus::Canceled)
        }
        _ => false,
    })
}

fn top_level(view: &View) -> impl Iterator<Item = StageStatus> + '_ {
    view.stages[..view.top_level].iter().map(domain::stage::Stage::status)
}

/// Ends the execution when nothing can move any more; a failing one first cancels what still runs.
pub(super) fn execution(view: &mut View, now: Timestamp) {
    let started = match view.execution.state {
        ExecutionState::Running { started } => Some(started),
        ExecutionState::Queued | ExecutionState::NotStarted if view.execution.control.kind == ControlKind::Cancel => {
            None
        }
        _ => return,
    };
    if is_failing(view) {
        for position in 0..view.stages.len() {
            super::control::tell(view, position, CancelCause::Branch, None, None, now);
        }
    }
    if view.stages.iter().any(|stage| stage.running().is_some()) {
        return;
    }
    let Some(status) = verdict(view) else { return };
    view.execution.state = ExecutionState::Ended { started, ended: now, status };
    view.event(now, EventKind::ExecutionEnded { status });
    view.touch_execution();
    super::notify::execution_ended(view, status);
}

/// The status that the execution ends with; absent while a stage may still start.
fn verdict(view: &View) -> Option<ExecutionStatus> {
    let any = |wanted: StageStatus| top_level(view).any(|status| status == wanted);
    if view.top_level > 0 && top_level(view).all(StageStatus::satisfies) {
        return Some(ExecutionStatus::Succeeded);
    }
    if view.execution.control.kind == ControlKind::Cancel {
        return Some(ExecutionStatus::Canceled);
    }
    let may_start = view.stages[..view.top_level].iter().any(|stage| {
        stage.status() == StageStatus::NotStarted
            && stage.upstream.iter().all(|&up| view.stages[up].status().satisfies())
    });
    if may_start && !is_failing(view) {
        return None;
    }
    if view.top_level == 0 || any(StageStatus::Terminal) {
        return Some(ExecutionStatus::Terminal);
    }
    if any(StageStatus::Canceled) {
        return Some(ExecutionStatus::Canceled);
    }
    let fails = view.stages[..view.top_level]
        .iter()
        .any(|stage| stage.status() == StageStatus::Stopped && stage.failure == FailureChoice::StopBranchThenFail);
    Some(if fails { ExecutionStatus::Terminal } else { ExecutionStatus::Succeeded })
}
