//! What may start, starts.

use domain::Timestamp;
use domain::execution::{ControlKind, EventKind, ExecutionState};
use domain::stage::{Run, StageState};

use crate::view::View;

/// Starts an admitted execution, unless it was cancelled before it began.
pub(super) fn execution(view: &mut View, now: Timestamp) {
    if view.execution.state != ExecutionState::NotStarted || view.execution.control.kind != ControlKind::Run {
        return;
    }
    view.execution.state = ExecutionState::Running { started: now };
    view.event(now, EventKind::ExecutionStarted);
    view.touch_execution();
    super::notify::execution_started(view);
}

/// Starts every stage whose upstream is satisfied. Nothing starts in a paused, cancelled or failing execution.
pub(super) fn stages(view: &mut View, now: Timestamp) {
    let running = matches!(view.execution.state, ExecutionState::Running { .. });
    if !running || view.execution.control.kind != ControlKind::Run || super::end::is_failing(view) {
        return;
    }
    for position in 0..view.stages.len() {
        if !may_start(view, position) {
            continue;
        }
        if view.stages[position].start_expiry.is_some_and(|expiry| expiry < now) {
            super::finish::skip(view, position, now);
        } else {
            start(view, position, now);
        }
    }
}

fn may_start(view: &View, position: usize) -> bool {
    let stage = &view.stages[position];
    let parent_runs = stage.synthetic.as_ref().is_none_or(|place| {
        view.stages[place.parent].running().is_some_and(|run| run.ending.is_none() && run.cancelled.is_none())
            && !super::children::is_failing(view, place.parent, &place.label)
    });
    matches!(stage.state, StageState::NotStarted)
        && parent_runs
        && stage.upstream.iter().all(|&up| view.stages[up].status().satisfies())
}

/// Milliseconds that the stage may run: its configuration's, once that is a number, else the manifest's (reference §2.7).
pub(super) fn timeout(view: &View, position: usize) -> Option<i64> {
    let stage = &view.stages[position];
    let configured = stage.configuration().get("stageTimeoutMs").and_then(|millis| millis.as_f64());
    let configured = configured.map(|millis| Timestamp::from_f64(millis).0).or(stage.timeout);
    configured.or_else(|| view.default_timeouts.get(&stage.kind).copied())
}

fn start(view: &mut View, position: usize, now: Timestamp) {
    let timeout = timeout(view, position);
    let stage = &mut view.stages[position];
    let kept = stage.kept.take().map(|kept| *kept).unwrap_or_default();
    let config = (!kept.config.is_empty() && kept.config != stage.config).then_some(kept.config);
    stage.state = StageState::Running(Box::new(Run {
        started: now,
        config,
        answers: kept.answers,
        pending: Vec::new(),
        record: kept.record,
        state: None,
        steps: 0,
        faults: 0,
        retry: None,
        due: true,
        expires: timeout.map(|millis| now.plus(millis)),
        windowed: false,
        cancelled: None,
        ending: None,
        held: None,
    }));
    let event = EventKind::StageStarted { stage: stage.id.clone(), reference: stage.ref_id.clone(), run: stage.run };
    view.event(now, event);
    view.touch(position);
    super::notify::stage_started(view, position);
}
