//! A stage's configuration, evaluated, before it is stepped (reference expressions.md §1.7).

use domain::evaluation::Prepared;
use domain::stage::{Finish, FinishStatus, Patch};
use domain::{Params, Timestamp};

use crate::view::View;

/// Key under which a stage's context shows expressions that gave no value.
pub const SUMMARY: &str = "expressionEvaluationSummary";

/// A timeout may be an expression; before the first answer it is what it has become.
fn move_timeout(view: &mut View, position: usize) {
    let timeout = super::start::timeout(view, position);
    let Some(run) = view.stages[position].running_mut() else { return };
    if run.answers.is_empty() && run.pending.is_empty() && run.cancelled.is_none() {
        run.expires = timeout.map(|millis| run.started.plus(millis));
    }
}

/// Takes in what the configuration of the running stage at `position` became. A stage that `stageEnabled` leaves out is skipped.
pub(super) fn prepare(view: &mut View, position: usize, prepared: Prepared, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else { return };
    let evaluated = prepared.config.is_some();
    if evaluated {
        run.config = prepared.config;
    }
    if let Some(summary) = prepared.summary {
        let context = Params::from_members([(SUMMARY, summary.value().clone())]);
        run.record.context = if run.record.context.is_empty() { context } else { run.record.context.merged(&context) };
    }
    view.touch(position);
    if evaluated {
        move_timeout(view, position);
    }
    if !prepared.enabled {
        let finish = Finish { status: FinishStatus::Skipped, patch: Patch::default(), problem: None, acting_as: None };
        super::finish::begin(view, position, finish, now);
    }
}
