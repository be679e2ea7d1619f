//! What a stage is stepped with.

use domain::plugin::call::{Meta, Turn};
use domain::stage::ancestry;
use domain::{Params, Timestamp};

use crate::view::View;

/// The turn of the running stage at `position`; `reads` are the context keys of its manifest, looked up by the nearest-ancestor
/// rule (reference pipelines-and-stages.md §2.15). Absent when the stage is not running.
#[must_use]
pub fn turn<'v>(view: &'v View, position: usize, reads: &[String], now: Timestamp) -> Option<Turn<'v>> {
    let stage = view.stages.get(position)?;
    let run = stage.running()?;
    let context = if reads.is_empty() {
        Params::object()
    } else {
        Params::from_members(
            reads.iter().filter_map(|key| Some((key.as_str(), ancestry::lookup(&view.stages, position, key)?.clone()))),
        )
    };
    Some(Turn {
        meta: meta(view, position, run.started, now),
        kind: &stage.kind,
        config: stage.configuration(),
        context,
        answers: &run.answers,
        pending: run.pending.iter().filter(|pending| !pending.withdrawn).map(|pending| &pending.label).collect(),
        state: run.state.as_deref(),
    })
}

/// Where the stage at `position` stands, for a step, an operation or a query of its.
#[must_use]
pub fn meta(view: &View, position: usize, started: Timestamp, now: Timestamp) -> Meta {
    let stage = &view.stages[position];
    Meta {
        application: view.execution.application.to_string(),
        pipeline: view.execution.pipeline.as_ref().map(|at| at.id.to_string()).unwrap_or_default(),
        execution: view.execution.id.to_string(),
        stage: stage.id.to_string(),
        run: stage.run,
        started,
        now,
        trace_parent: None,
    }
}

/// Who the stage acts as: the nearest ancestor's judge whose identity is propagated, else the execution's principal
/// (reference §2.16).
#[must_use]
pub fn principal(view: &View, position: usize) -> String {
    ancestry::ancestors(&view.stages, position)
        .find_map(|ancestor| match &view.stages[ancestor].state {
            domain::stage::StageState::Ended(ended) => ended.acting_as.clone(),
            _ => None,
        })
        .unwrap_or_else(|| view.execution.principal.clone())
}
