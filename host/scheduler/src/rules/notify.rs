//! What the host itself tells people of: starts and ends (reference pipelines-and-stages.md §2.14). Whom, and in which words, is found
//! out by whoever takes the order.

use domain::execution::{ControlKind, EventKind, ExecutionStatus};
use domain::id::Label;
use domain::notification::{self, Notification};
use domain::operation::OperationKey;
use domain::stage::StageStatus;
use domain::{Failure, Params, StageId, Timestamp};

use super::Received;
use crate::changes::Order;
use crate::view::View;

pub(super) fn execution_started(view: &mut View) {
    execution(view, notification::PIPELINE_STARTING);
}

pub(super) fn execution_ended(view: &mut View, status: ExecutionStatus) {
    if let Some(when) = notification::of_end(status) {
        execution(view, when);
    }
}

pub(super) fn stage_started(view: &mut View, position: usize) {
    stage(view, position, notification::STAGE_STARTING);
}

pub(super) fn stage_ended(view: &mut View, position: usize, status: StageStatus) {
    if let Some(when) = notification::of_stage_end(status) {
        stage(view, position, when);
    }
}

fn execution(view: &mut View, when: &str) {
    let key = notification::execution_event(&view.execution, when);
    view.order(Order::Notify { key, when: when.to_owned(), detail: Params::object() });
}

/// Only of stages that the document has, and never in a cancelled execution (trap 32).
fn stage(view: &mut View, position: usize, when: &str) {
    let stage = &view.stages[position];
    let cancelled = view.execution.control.kind == ControlKind::Cancel;
    if stage.synthetic.is_some() || cancelled || !notification::is_told(stage.configuration(), when) {
        return;
    }
    let key = view.key(position, &notification::event_label(when));
    view.order(Order::Notify { key, when: when.to_owned(), detail: Params::object() });
}

/// Records that the entry at `index` is to be told of `event`, or why nothing can do that. Returns the key under which it is delivered.
pub fn tell(
    view: &mut View,
    event: &OperationKey,
    when: &str,
    (index, entry): (usize, &Notification),
    deliverable: Result<(), Failure>,
    now: Timestamp,
) -> Option<OperationKey> {
    let stage = of_stage(&event.stage);
    let (when, kind, address) = (when.to_owned(), entry.kind.clone(), notification::shown(&entry.address));
    match deliverable {
        Ok(()) => {
            let key = notification::delivery(event, index);
            let label = key.label.clone();
            view.event(now, EventKind::NotificationOrdered { stage, label, when, kind, address });
            Some(key)
        }
        Err(reason) => {
            view.event(now, EventKind::NotificationUndeliverable { stage, when, kind, address, reason });
            None
        }
    }
}

/// A delivery has its outcome: people see it, and nobody waits for it.
pub(super) fn delivered(
    view: &mut View,
    stage: &StageId,
    label: &Label,
    failure: Option<Failure>,
    now: Timestamp,
) -> Received {
    view.event(now, EventKind::NotificationEnded { stage: of_stage(stage), label: label.clone(), failure });
    Received::Applied
}

fn of_stage(stage: &StageId) -> Option<StageId> {
    (stage.as_str() != notification::OF_EXECUTION).then(|| stage.clone())
}
