//! Execution windows: a synthetic stage of the host's own stands before a stage that may begin at certain hours only (reference
//! pipelines-and-stages.md §2.12). It is stepped here, as a plugin would be.

use domain::execution::EventKind;
use domain::id::{Label, RefId};
use domain::params::Value;
use domain::pipeline::FailureChoice;
use domain::stage::request::{ChildGraph, ChildStage, Due, Placement};
use domain::stage::{
    CancelCause, Demand, Finish, FinishStatus, Patch, Pending, Planned, Request, Run, StageStatus, Verdict, Waiting,
};
use domain::window::{KEY, KIND, Window};
use domain::{Failure, Params, Timestamp};

use crate::view::View;

/// Label under which the host plans the window of a stage; no plugin can use it.
const LABEL: &str = "$window";

/// Holds the running stage at `position` back if it may begin in a window only and has not waited for it yet: the window is planned
/// before it. True when it must not be stepped now.
pub fn await_window(view: &mut View, position: usize, now: Timestamp) -> bool {
    let stage = &view.stages[position];
    let Some(run) = stage.running() else { return false };
    let restricted = is_set(stage.configuration().get(KIND));
    if run.windowed || run.cancelled.is_some() || run.ending.is_some() || !restricted {
        return false;
    }
    plan(view, position, now);
    let Some(run) = view.stages[position].running_mut() else { return true };
    run.windowed = true;
    run.due = false;
    // The wait for the window is no time of the stage's.
    run.expires = None;
    view.touch(position);
    true
}

/// A flag that is true, or the text `true`.
pub(super) fn is_set(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn plan(view: &mut View, parent: usize, now: Timestamp) {
    let stage = &view.stages[parent];
    let members = [KEY, "skipWindowText"];
    let config = members.iter().filter_map(|&key| Some((key, stage.configuration().get(key)?.clone())));
    let child = ChildStage {
        reference: RefId::from("0"),
        requires: Vec::new(),
        kind: KIND.to_owned(),
        name: KIND.to_owned(),
        config: Params::from_members(config),
    };
    let reference = RefId::from(format!("{}<0", stage.ref_id));
    let planned = Planned {
        parent: stage.ref_id.clone(),
        label: LABEL.into(),
        local: child.reference.clone(),
        placement: Placement::Before,
        requires: Vec::new(),
        kind: child.kind.clone(),
        name: child.name.clone(),
        config: child.config.clone(),
        failure: FailureChoice::Halt,
    };
    let parent_id = stage.id.clone();
    let Some(position) = view.attach(&reference, &planned) else { return };
    let stage = view.stages[position].id.clone();
    let (kind, name) = (child.kind.clone(), child.name.clone());
    view.event(now, EventKind::StagePlanned { stage, reference, kind, name, parent: parent_id });
    view.touch(position);
    if let Some(run) = view.stages[parent].running_mut() {
        let demand = Demand::RunStages(ChildGraph { placement: Placement::Before, stages: vec![child] });
        run.pending.push(Pending { label: LABEL.into(), demand, asked: now, due: None, withdrawn: false });
    }
}

/// Whether the stage waits for its window: it is not stepped then.
pub(super) fn holds(run: &Run) -> bool {
    run.pending.iter().any(|pending| is_own(&pending.label))
}

/// Whether the label is that of a window.
pub(super) fn is_own(label: &Label) -> bool {
    label.as_str() == LABEL
}

/// Whether the stage at `position` is a window.
pub(super) fn is_window(view: &View, position: usize) -> bool {
    view.stages[position].synthetic.as_ref().is_some_and(|place| is_own(&place.label))
}

/// The window of `parent` is over: the stage begins its work, or shares the window's fate.
pub(super) fn release(view: &mut View, parent: usize, now: Timestamp) {
    let child = view.children(parent, &LABEL.into()).last();
    let ended = child.and_then(|child| match &view.stages[child].state {
        domain::stage::StageState::Ended(ended) => Some((ended.status, ended.problem.clone())),
        _ => None,
    });
    match ended {
        Some((StageStatus::Terminal | StageStatus::Stopped, Some(problem))) => {
            super::finish::fail(view, parent, problem, now);
            return;
        }
        Some((StageStatus::Canceled, _)) => {
            super::finish::begin(view, parent, cancelled(), now);
            return;
        }
        _ => {}
    }
    let timeout = super::start::timeout(view, parent);
    if let Some(run) = view.stages[parent].running_mut() {
        run.due = true;
        run.expires = timeout.map(|millis| now.plus(millis));
        view.touch(parent);
    }
}

/// Ends a stage that was told to stop while it waited for its window: it has no work to clean up.
pub(super) fn abandon(view: &mut View, position: usize, now: Timestamp) {
    super::finish::begin(view, position, cancelled(), now);
}

fn cancelled() -> Finish {
    Finish { status: FinishStatus::Cancelled, patch: Patch::default(), problem: None, acting_as: None }
}

/// Steps every window that has something to decide.
pub(super) fn step_all(view: &mut View, now: Timestamp) {
    for position in view.top_level..view.stages.len() {
        if !is_window(view, position) {
            continue;
        }
        let Some(run) = view.stages[position].running() else { continue };
        if run.due && run.ending.is_none() {
            let verdict = step(view, position, run, now);
            super::verdict::settle(view, position, Ok(verdict), now);
        }
    }
}

fn step(view: &View, position: usize, run: &Run, now: Timestamp) -> Verdict {
    let answers = || run.answers.iter().filter_map(|answer| Some((&answer.label, answer.outcome.as_ref().ok()?)));
    if run.cancelled.is_some() {
        return Verdict::Finished(cancelled());
    }
    let skips = |(label, value): (&Label, &Params)| {
        label.as_str().starts_with("$patch/") && is_set(value.get("skipRemainingWait"))
    };
    if answers().any(skips) {
        return done(Vec::new(), Vec::new());
    }
    let stage = &view.stages[position];
    let window = match Window::read(stage.config.get(KEY).unwrap_or(&Value::Null)) {
        Ok(window) => window,
        Err(failure) => return Verdict::Finished(malformed(failure)),
    };
    let (waited, delayed) = (answers().filter(|(label, _)| label.as_str().starts_with("open/")).count(), "jitter");
    let mut phases = vec!["suspendExecutionDuringTimeWindow".to_owned()];
    if answers().any(|(label, _)| label.as_str() == delayed) {
        phases.push("wait".to_owned());
        return done(phases, Vec::new());
    }
    let opening = window.opening(now, &view.zone);
    if opening > now {
        let shown = vec![("scheduledTime", opening.0.into())];
        return wait(phases, shown, format!("open/{}", waited + 1), opening);
    }
    let manual = view.execution.trigger.get("type").and_then(Value::as_str) == Some("manual");
    let Some(jitter) = window.jitter.filter(|jitter| !(jitter.skip_manual && manual)) else {
        return done(phases, Vec::new());
    };
    let delay = jitter.delay(&format!("{}/{}/{}", view.execution.id, stage.id, stage.run));
    let shown = vec![("waitTime", delay.into())];
    let due = run.started.plus(delay.saturating_mul(1_000));
    phases.push("wait".to_owned());
    if due <= now { done(phases, shown) } else { wait(phases, shown, delayed.to_owned(), due) }
}

fn patch(phases: Vec<String>, shown: Vec<(&str, Value)>) -> Patch {
    let context = (!shown.is_empty()).then(|| Params::from_members(shown));
    Patch { context, phases, ..Patch::default() }
}

fn done(phases: Vec<String>, shown: Vec<(&str, Value)>) -> Verdict {
    let patch = patch(phases, shown);
    Verdict::Finished(Finish { status: FinishStatus::Succeeded, patch, problem: None, acting_as: None })
}

fn wait(phases: Vec<String>, shown: Vec<(&str, Value)>, label: String, due: Timestamp) -> Verdict {
    let request = Request { label: label.into(), demand: Demand::Timer(Due::At(due)) };
    Verdict::Waiting(Waiting { patch: patch(phases, shown), requests: vec![request], ..Waiting::default() })
}

fn malformed(failure: Failure) -> Finish {
    let context = Params::from_members([("failureReason", failure.message.as_str().into())]);
    let patch = Patch { context: Some(context), ..Patch::default() };
    Finish { status: FinishStatus::Failed, patch, problem: Some(failure), acting_as: None }
}

/// Why the synthetic stages of a stage that stops are told to stop.
pub(super) fn cause_for_children(run: Option<&Run>) -> CancelCause {
    match run.and_then(|run| run.cancelled) {
        Some(CancelCause::Skip) => CancelCause::Skip,
        _ => CancelCause::Branch,
    }
}
