//! Synthetic children: planned by a parent, answered to it as one.

use domain::execution::EventKind;
use domain::id::{Label, RefId};
use domain::pipeline::FailureChoice;
use domain::pipeline::definition::MOST_STAGES;
use domain::stage::request::{Answer, ChildGraph, Demand, Placement};
use domain::stage::{CancelCause, Planned, StageStatus};
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use crate::view::View;

/// Plans the children of `parent`. References become unique by extending the parent's: `3<1`, `3>2` (reference §2.5).
///
/// # Errors
/// A reference used twice, unknown, or too many stages: a mistake of the plugin.
pub(super) fn plan(
    view: &mut View,
    parent: usize,
    label: &Label,
    graph: &ChildGraph,
    now: Timestamp,
) -> Result<(), Failure> {
    let wrong = |message: String| Failure::new(FailureClass::Internal, code("stage.children-invalid"), message);
    if view.stages.len() + graph.stages.len() > MOST_STAGES {
        return Err(wrong(format!("An execution may have {MOST_STAGES} stages; these children would be more.")));
    }
    let mark = if graph.placement == Placement::Before { '<' } else { '>' };
    let parent_ref = view.stages[parent].ref_id.clone();
    let placed = |view: &View, placement| {
        view.stages
            .iter()
            .filter(|stage| stage.synthetic.as_ref().is_some_and(|p| p.parent == parent && p.placement == placement))
            .count()
    };
    let first = placed(view, graph.placement) + 1;
    let unique = |reference: &RefId| {
        let at = graph.stages.iter().position(|child| child.reference == *reference)?;
        Some(RefId::from(format!("{parent_ref}{mark}{}", first + at)))
    };
    for (at, child) in graph.stages.iter().enumerate() {
        if graph.stages[..at].iter().any(|earlier| earlier.reference == child.reference) {
            return Err(wrong(format!("Two children are called `{}`.", child.reference)));
        }
        let earlier = |required: &RefId| graph.stages[..at].iter().any(|stage| stage.reference == *required);
        if let Some(unknown) = child.requires.iter().find(|required| !earlier(required)) {
            return Err(wrong(format!(
                "Child `{}` waits for `{unknown}`, which does not stand before it.",
                child.reference
            )));
        }
    }
    for child in &graph.stages {
        let Some(reference) = unique(&child.reference) else {
            continue;
        };
        let planned = Planned {
            parent: parent_ref.clone(),
            label: label.clone(),
            placement: graph.placement,
            requires: child.requires.iter().filter_map(unique).collect(),
            kind: child.kind.clone(),
            name: child.name.clone(),
            config: child.config.clone(),
            failure: FailureChoice::of(&child.config),
        };
        let Some(position) = view.attach(&reference, &planned) else {
            continue;
        };
        let event = EventKind::StagePlanned {
            stage: view.stages[position].id.clone(),
            reference,
            kind: child.kind.clone(),
            name: child.name.clone(),
            parent: view.stages[parent].id.clone(),
        };
        view.event(now, event);
        view.touch(position);
    }
    Ok(())
}

fn failed(status: StageStatus) -> bool {
    matches!(status, StageStatus::Terminal | StageStatus::Canceled | StageStatus::Stopped)
}

/// Whether one of these children has failed so that its siblings must not start.
pub(super) fn is_failing(view: &View, parent: usize, label: &Label) -> bool {
    view.children(parent, label).any(|child| failed(view.stages[child].status()))
}

/// Answers each pending `run-stages` whose children are all over; a failed child cancels its siblings first.
pub(super) fn answer_parents(view: &mut View, now: Timestamp) {
    if view.stages.len() == view.top_level {
        return;
    }
    for parent in 0..view.stages.len() {
        let Some(run) = view.stages[parent].running() else {
            continue;
        };
        let labels: Vec<Label> = run
            .pending
            .iter()
            .filter(|pending| matches!(pending.demand, Demand::RunStages(_)))
            .map(|pending| pending.label.clone())
            .collect();
        for label in labels {
            answer(view, parent, &label, now);
        }
    }
}

fn answer(view: &mut View, parent: usize, label: &Label, now: Timestamp) {
    let children: Vec<usize> = view.children(parent, label).collect();
    let failing = is_failing(view, parent, label);
    let withdrawn = view.stages[parent].running().is_some_and(|run| {
        run.cancelled.is_some() || run.pending.iter().any(|pending| pending.label == *label && pending.withdrawn)
    });
    if failing || withdrawn {
        for &child in &children {
            super::control::tell(view, child, CancelCause::Branch, None, None, now);
        }
    }
    let over = |child: &usize| {
        let status = view.stages[*child].status();
        status.is_complete() || (status == StageStatus::NotStarted && (failing || withdrawn))
    };
    if !children.iter().all(over) {
        return;
    }
    let outcome = outcome(view, &children, failing || withdrawn);
    let Some(run) = view.stages[parent].running_mut() else {
        return;
    };
    let was_withdrawn = run.pending.iter().any(|pending| pending.label == *label && pending.withdrawn);
    run.pending.retain(|pending| pending.label != *label);
    if was_withdrawn {
        view.touch(parent);
    } else {
        super::fact::deliver(view, parent, Answer { label: label.clone(), at: now, by: None, outcome });
    }
}

fn outcome(view: &View, children: &[usize], failing: bool) -> Result<Params, Failure> {
    let rows: Vec<Params> = children
        .iter()
        .map(|&child| {
            let stage = &view.stages[child];
            let outputs = stage.record().map(|record| record.outputs.value().clone()).unwrap_or_default();
            let local = stage.ref_id.as_str();
            Params::from_members([
                ("ref", local.into()),
                ("name", stage.name.as_str().into()),
                ("status", stage.status().as_str().into()),
                ("outputs", outputs),
            ])
        })
        .collect();
    let details = Params::from_members([("stages", rows.iter().map(|row| row.value().clone()).collect())]);
    if !failing {
        return Ok(details);
    }
    let first = children.iter().map(|&child| &view.stages[child]).find(|stage| failed(stage.status()));
    let message = match first {
        Some(stage) => format!("Child stage `{}` ended {}.", stage.name, stage.status().as_str()),
        None => "The child stages were cancelled.".to_owned(),
    };
    let class = if first.is_some_and(|stage| stage.status() == StageStatus::Terminal) {
        FailureClass::Conflict
    } else {
        FailureClass::Cancelled
    };
    let mut failure = Failure::new(class, code("stage.children-failed"), message);
    failure.details = Some(details);
    Err(failure)
}
