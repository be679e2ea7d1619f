//! An execution with its stages, as people look at it.

use domain::execution::{Execution, ExecutionStatus};
use domain::id::{RefId, StageId};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::pipeline::validate::stage_key;
use domain::question::QuestionRow;
use domain::stage::request::Placement;
use domain::stage::{Ended, Held, Pending, Phase, Record, Run, StageStatus, StoredStage, StoredState};
use domain::{Failure, Params, Timestamp};
use store::Waiting;

/// An execution, its stages and what it asks people.
#[derive(Clone, Debug)]
pub struct ExecutionView {
    /// The execution.
    pub execution: Execution,
    /// Grows with every commit; the ETag.
    pub version: i64,
    /// The status that people see.
    pub status: ExecutionStatus,
    /// Since when it is paused.
    pub paused_since: Option<Timestamp>,
    /// When time alone has something to decide.
    pub due: Option<Timestamp>,
    /// Why its start was refused.
    pub refused: Option<String>,
    /// What it waits behind, while it waits for a slot of its pipeline.
    pub waiting: Option<Waiting>,
    /// Number of its newest event.
    pub events: i64,
    /// The document that it runs, as written.
    pub document: Params,
    /// Its stages, synthetic ones next to their parents.
    pub stages: Vec<StageView>,
    /// Its questions, open and closed, in the order asked.
    pub questions: Vec<QuestionRow>,
}

/// One stage.
#[derive(Clone, Debug)]
pub struct StageView {
    /// Derived from execution and reference.
    pub id: StageId,
    /// Unique in the execution.
    pub ref_id: RefId,
    /// Type as written.
    pub kind: String,
    /// Display name.
    pub name: String,
    /// References that it waits for.
    pub requires: Vec<RefId>,
    /// Where it hangs, if it is synthetic.
    pub synthetic: Option<(StageId, Placement)>,
    /// Where it stands.
    pub status: StageStatus,
    /// Number of the current or next run.
    pub run: u32,
    /// When this run began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Configuration, evaluated as far as it was, with the stage's own context over it.
    pub context: Params,
    /// Keys visible downstream.
    pub outputs: Params,
    /// Artifacts produced.
    pub artifacts: Params,
    /// Spinnaker's tasks.
    pub phases: Vec<Phase>,
    /// What it waits for.
    pub pending: Vec<Pending>,
    /// Executions that it started, or waits for.
    pub children: Vec<String>,
    /// Why it failed.
    pub problem: Option<Failure>,
    /// Why it waits although it has something to do.
    pub held: Option<Held>,
}

/// Stages in document order, each followed by its synthetic children, those shown before it first.
pub(crate) fn stages(execution: &Execution, definition: &Definition, rows: &[StoredStage]) -> Vec<StageView> {
    let paused = execution.status() == ExecutionStatus::Paused;
    let mut ordered = Vec::with_capacity(definition.stages.len().max(rows.len()));
    for stage in &definition.stages {
        let id = StageId::derive(&execution.id, &stage.ref_id);
        let row = rows.iter().find(|row| row.id == id);
        let place = Place {
            kind: stage_key(stage),
            name: &stage.name,
            requires: &stage.requires,
            config: &stage.config,
            synthetic: None,
        };
        attach(&mut ordered, view(id, &stage.ref_id, place, row, paused), rows, paused);
    }
    ordered
}

struct Place<'a> {
    kind: &'a str,
    name: &'a str,
    requires: &'a [RefId],
    config: &'a Params,
    synthetic: Option<(StageId, Placement)>,
}

fn attach(ordered: &mut Vec<StageView>, parent: StageView, rows: &[StoredStage], paused: bool) {
    let children = |placement: Placement, ordered: &mut Vec<StageView>, parent: &StageView| {
        for row in rows {
            let Some(planned) = row.planned.as_ref() else { continue };
            if planned.parent != parent.ref_id || planned.placement != placement || row.ref_id == parent.ref_id {
                continue;
            }
            let place = Place {
                kind: &planned.kind,
                name: &planned.name,
                requires: &planned.requires,
                config: &planned.config,
                synthetic: Some((parent.id.clone(), placement)),
            };
            let child = view(row.id.clone(), &row.ref_id, place, Some(row), paused);
            attach(ordered, child, rows, paused);
        }
    };
    children(Placement::Before, ordered, &parent);
    let at = ordered.len();
    let mut after = Vec::new();
    children(Placement::After, &mut after, &parent);
    ordered.insert(at, parent);
    ordered.extend(after);
}

fn view(id: StageId, ref_id: &RefId, place: Place<'_>, row: Option<&StoredStage>, paused: bool) -> StageView {
    let mut view = StageView {
        id,
        ref_id: ref_id.clone(),
        kind: place.kind.to_owned(),
        name: place.name.to_owned(),
        requires: place.requires.to_vec(),
        synthetic: place.synthetic,
        status: StageStatus::NotStarted,
        run: row.map_or(1, |row| row.run),
        started: None,
        ended: None,
        context: place.config.clone(),
        outputs: Params::object(),
        artifacts: Params::new(Value::Array(Vec::new())),
        phases: Vec::new(),
        pending: Vec::new(),
        children: Vec::new(),
        problem: None,
        held: None,
    };
    match row.map(|row| &row.state) {
        None => {}
        Some(StoredState::NotStarted) => {
            if let Some(kept) = row.and_then(|row| row.kept.as_ref()) {
                show_record(&mut view, Some(&kept.config), &kept.record);
            }
        }
        Some(StoredState::Running(run)) => show_run(&mut view, run, paused),
        Some(StoredState::Ended(ended)) => show_end(&mut view, ended),
    }
    view
}

fn show_run(view: &mut StageView, run: &Run, paused: bool) {
    view.status = if paused || run.held.is_some() { StageStatus::Paused } else { StageStatus::Running };
    view.held = run.held.clone();
    view.started = Some(run.started);
    view.pending = run.pending.iter().filter(|pending| !pending.withdrawn).cloned().collect();
    let answered = run.answers.iter().filter_map(|answer| answer.outcome.as_ref().ok()?.get("execution")?.as_str());
    view.children = answered.map(str::to_owned).collect();
    show_record(view, run.config.as_ref(), &run.record);
}

fn show_end(view: &mut StageView, ended: &Ended) {
    view.status = ended.status;
    view.started = ended.started;
    view.ended = Some(ended.ended);
    view.problem = ended.problem.clone();
    show_record(view, ended.config.as_ref(), &ended.record);
}

fn show_record(view: &mut StageView, config: Option<&Params>, record: &Record) {
    if let Some(config) = config {
        view.context = config.clone();
    }
    if !record.context.is_empty() {
        view.context = view.context.merged(&record.context);
    }
    if !record.outputs.is_empty() {
        view.outputs = record.outputs.clone();
    }
    if !record.artifacts.is_empty() {
        view.artifacts = record.artifacts.clone();
    }
    view.phases.clone_from(&record.phases);
}
