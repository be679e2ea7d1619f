//! Synthetic children: planned by a parent, answered to it as one.

use domain::execution::EventKind;
use domain::id::{Label, RefId};
use domain::pipeline::FailureChoice;
use domain::pipeline::definition::MOST_STAGES;
use domain::stage::request::{Answer, ChildGraph, ChildStage, Demand, Placement};
use domain::stage::{Planned, StageStatus, Synthetic};
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use crate::view::View;

/// Plans the children of `parent`. References become unique by extending the parent's: `3<1`, `3>2` (reference §2.5).
///
/// # Errors
/// A reference used twice or unknown, a cycle, or too many stages: mistakes of the plugin.
pub(super) fn plan(
    view: &mut View,
    parent: usize,
    label: &Label,
    graph: &ChildGraph,
    now: Timestamp,
) -> Result<(), Failure> {
    if view.stages.len() + graph.stages.len() > MOST_STAGES {
        return Err(invalid(format!("An execution may have {MOST_STAGES} stages; these children would be more.")));
    }
    let order = topological(&graph.stages)?;
    let mark = if graph.placement == Placement::Before { '<' } else { '>' };
    let parent_ref = view.stages[parent].ref_id.clone();
    let is_sibling = |place: &Synthetic| place.parent == parent && place.placement == graph.placement;
    let first = 1 + view.stages.iter().filter_map(|stage| stage.synthetic.as_ref()).filter(|p| is_sibling(p)).count();
    let unique = |reference: &RefId| {
        let at = graph.stages.iter().position(|child| child.reference == *reference)?;
        Some(RefId::from(format!("{parent_ref}{mark}{}", first + at)))
    };
    for child in order {
        let Some(reference) = unique(&child.reference) else { continue };
        let planned = Planned {
            parent: parent_ref.clone(),
            label: label.clone(),
            local: child.reference.clone(),
            placement: graph.placement,
            requires: child.requires.iter().filter_map(unique).collect(),
            kind: child.kind.clone(),
            name: child.name.clone(),
            config: child.config.clone(),
            failure: FailureChoice::of(&child.config),
        };
        let Some(position) = view.attach(&reference, &planned) else { continue };
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

fn invalid(message: String) -> Failure {
    Failure::new(FailureClass::Internal, code("stage.children-invalid"), message)
}

/// The children so that each stands after those it waits for.
fn topological(stages: &[ChildStage]) -> Result<Vec<&ChildStage>, Failure> {
    let mut order: Vec<&ChildStage> = Vec::with_capacity(stages.len());
    let mut left: Vec<&ChildStage> = stages.iter().collect();
    for (at, child) in stages.iter().enumerate() {
        if stages[..at].iter().any(|earlier| earlier.reference == child.reference) {
            return Err(invalid(format!("Two children are called `{}`.", child.reference)));
        }
    }
    while !left.is_empty() {
        let placed = |reference: &RefId| order.iter().any(|child| child.reference == *reference);
        let (ready, waiting): (Vec<_>, Vec<_>) = left.iter().partition(|child| child.requires.iter().all(placed));
        if ready.is_empty() {
            return Err(invalid(format!(
                "Child `{}` can never start: what it waits for never comes.",
                left[0].reference
            )));
        }
        order.extend(ready);
        left = waiting;
    }
    Ok(order)
}

fn failed(status: StageStatus) -> bool {
    matches!(status, StageStatus::Terminal | StageStatus::Canceled | StageStatus::Stopped)
}

/// Whether one of these children has failed so that its siblings must not start.
pub(super) fn is_failing(view: &View, parent: usize, label: &Label) -> bool {
    view.children(parent, label).any(|child| failed(view.stages[child].status()) || is_cut(view, child))
}

/// Whether the child has failed, goes on nevertheless, and thereby ends the work of all its siblings (reference §2.9).
pub(super) fn is_cut(view: &View, child: usize) -> bool {
    let stage = &view.stages[child];
    stage.status() == StageStatus::FailedContinue
        && !super::window::is_set(stage.configuration().get("allowSiblingStagesToContinueOnFailure"))
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
        let cause = super::window::cause_for_children(view.stages[parent].running());
        for &child in &children {
            super::control::tell(view, child, cause, None, None, now);
        }
    }
    let over = |child: &usize| {
        let status = view.stages[*child].status();
        status.is_complete() || (status == StageStatus::NotStarted && (failing || withdrawn))
    };
    if !children.iter().all(over) {
        return;
    }
    let outcome = Ok(outcome(view, &children, withdrawn));
    let Some(run) = view.stages[parent].running_mut() else {
        return;
    };
    let was_withdrawn = run.pending.iter().any(|pending| pending.label == *label && pending.withdrawn);
    run.pending.retain(|pending| pending.label != *label);
    if was_withdrawn {
        view.touch(parent);
    } else if super::window::is_own(label) {
        super::window::release(view, parent, now);
    } else {
        super::fact::deliver(view, parent, Answer { label: label.clone(), at: now, by: None, outcome });
    }
}

/// The status that failed children give their parent: the first of the table in reference §2.9. Siblings that were stopped because one
/// failed and goes on do not count as cancelled.
pub(super) fn worst(view: &View, children: &[usize]) -> Option<StageStatus> {
    let any = |wanted: StageStatus| children.iter().any(|&child| view.stages[child].status() == wanted);
    let cut = children.iter().any(|&child| is_cut(view, child));
    let order = if cut {
        [StageStatus::Terminal, StageStatus::Stopped, StageStatus::FailedContinue, StageStatus::Canceled]
    } else {
        [StageStatus::Terminal, StageStatus::Stopped, StageStatus::Canceled, StageStatus::FailedContinue]
    };
    order.into_iter().find(|&wanted| any(wanted))
}

/// `{"status", "stages": [{"ref", "name", "status", "outputs"}]}`, statuses in Spinnaker's words.
fn outcome(view: &View, children: &[usize], cancelled: bool) -> Params {
    let status =
        worst(view, children).unwrap_or(if cancelled { StageStatus::Canceled } else { StageStatus::Succeeded });
    let stages = children.iter().map(|&child| {
        let stage = &view.stages[child];
        let outputs = stage.record().map(|record| record.outputs.value().clone()).unwrap_or_default();
        let local = stage.synthetic.as_ref().map_or("", |place| place.local.as_str());
        Params::from_members([
            ("ref", local.into()),
            ("name", stage.name.as_str().into()),
            ("status", stage.status().as_str().into()),
            ("outputs", outputs),
        ])
        .value()
        .clone()
    });
    Params::from_members([("status", status.as_str().into()), ("stages", stages.collect())])
}
