//! A stage's configuration, evaluated, before it is stepped (reference expressions.md §1.7).

use domain::evaluation::Prepared;
use domain::stage::{Finish, FinishStatus, Patch};
use domain::{Params, Timestamp};

use crate::view::View;

/// Key under which a stage's context shows expressions that gave no value.
pub const SUMMARY: &str = "expressionEvaluationSummary";

/// Takes in what the configuration of the running stage at `position` became. A stage that `stageEnabled` leaves out is skipped.
pub(super) fn prepare(view: &mut View, position: usize, prepared: Prepared, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else { return };
    if let Some(config) = prepared.config {
        run.config = Some(config);
    }
    if let Some(summary) = prepared.summary {
        let context = Params::from_members([(SUMMARY, summary.value().clone())]);
        run.record.context = if run.record.context.is_empty() { context } else { run.record.context.merged(&context) };
    }
    view.touch(position);
    if !prepared.enabled {
        let finish = Finish { status: FinishStatus::Skipped, patch: Patch::default(), problem: None, acting_as: None };
        super::finish::begin(view, position, finish, now);
    }
}
