//! The player: decide, step, list what is asked, answer it from the model, move time.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::evaluation::{self, Given, Scene};
use domain::execution::{Event, EventKind, Execution, ExecutionState, ExecutionStatus, Fact, report::report};
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph};
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Catalog, Grants, manifest};
use domain::stage::{Finish, FinishStatus, Patch, Verdict};
use domain::{Failure, FailureClass, Params, StageId, Timestamp, code::code};
use expression::Answers;
use scheduler::{Fault, View, await_window, decide, inputs, receive, settle};
use store::NewExecution;

use super::model::Model;
use super::{Moment, Preview};
use crate::expressions::seed;
use crate::{App, AppError};

/// Most turns: a pipeline that needs more is not played to its end.
const MOST_TURNS: usize = 20_000;

/// Plays one execution.
pub(super) struct Player<'p> {
    pub(super) app: &'p App,
    pub(super) model: &'p Model,
    pub(super) view: View,
    pub(super) catalog: Arc<Catalog>,
    pub(super) document: Params,
    pub(super) start: Timestamp,
    pub(super) now: Timestamp,
    /// Names of the pipelines from the top.
    pub(super) path: String,
    pub(super) depth: u32,
    /// Ends of the executions that it has started.
    pub(super) children: BTreeMap<ExecutionId, (Timestamp, Params)>,
    facts: BTreeMap<(Timestamp, usize), Fact>,
    told: usize,
}

/// How it ended.
pub(super) struct End {
    pub(super) status: ExecutionStatus,
    pub(super) at: Timestamp,
    pub(super) report: Params,
}

impl<'p> Player<'p> {
    pub(super) async fn new(
        app: &'p App,
        model: &'p Model,
        new: NewExecution,
        definition: &Definition,
        depth: u32,
    ) -> Result<Player<'p>, AppError> {
        let graph = Graph::build(&definition.stages).unwrap_or_default();
        let catalog = app.catalogs().at(new.execution.catalog).await?;
        let now = new.execution.created;
        let mut view = View::new(new.execution, definition, &graph);
        view.zone = app.zone().clone();
        Ok(Player {
            app,
            model,
            path: view.execution.name.clone(),
            view,
            catalog,
            document: definition.document.clone(),
            start: now,
            now,
            depth,
            children: BTreeMap::new(),
            facts: BTreeMap::new(),
            told: 0,
        })
    }

    /// As part of another one that began at `start`.
    pub(super) fn within(mut self, path: &str, start: Timestamp) -> Player<'p> {
        self.path = format!("{path} / {}", self.path);
        self.start = start;
        self
    }

    pub(super) fn execution(&self) -> &Execution {
        &self.view.execution
    }

    /// Plays it to its end, or until nothing can happen any more.
    pub(super) async fn play(&mut self, preview: &mut Preview) {
        for _ in 0..MOST_TURNS {
            self.hear();
            self.fill_timeouts();
            let due = decide(&mut self.view, self.now);
            for position in &due {
                self.prepare(*position, preview);
                let due = self.view.stages[*position].running().is_some_and(|run| run.due);
                if due && !await_window(&mut self.view, *position, self.now) {
                    let verdict = self.step(*position).await;
                    settle(&mut self.view, *position, verdict, self.now);
                }
            }
            let changes = self.view.take_changes();
            let quiet = due.is_empty() && changes.orders.is_empty() && changes.events.is_empty();
            changes.events.into_iter().for_each(|event| self.tell(event, preview));
            for order in changes.orders {
                self.order(order, preview).await;
            }
            if !quiet {
                continue;
            }
            let next = self.facts.keys().next().map(|(at, _)| *at).into_iter().chain(self.view.due()).min();
            match next.filter(|next| *next != Timestamp::NEVER) {
                Some(next) => self.now = self.now.max(next),
                None => return self.left_open(preview),
            }
            if matches!(self.view.execution.state, ExecutionState::Ended { .. }) {
                return;
            }
        }
        preview
            .notes
            .push(format!("`{}` goes on for more than {MOST_TURNS} turns; the rest was not played.", self.path));
    }

    pub(super) fn end(&self) -> End {
        let status = match self.view.execution.state {
            ExecutionState::Ended { status, .. } => status,
            _ => ExecutionStatus::Running,
        };
        let at = match self.view.execution.state {
            ExecutionState::Ended { ended, .. } => ended,
            _ => self.now,
        };
        End { status, at, report: report(&self.view.execution, &self.view.stages, status) }
    }

    fn left_open(&self, preview: &mut Preview) {
        for stage in self.view.stages.iter().filter(|stage| stage.running().is_some()) {
            preview.notes.push(format!("Stage {} (`{}`) would wait for ever.", stage.ref_id, stage.name));
        }
    }

    fn hear(&mut self) {
        while let Some(entry) = self.facts.first_entry()
            && entry.key().0 <= self.now
        {
            let fact = entry.remove();
            receive(&mut self.view, fact, self.now);
        }
    }

    /// Answers a request after `millis`.
    pub(super) fn answer(
        &mut self,
        key: OperationKey,
        by: Option<String>,
        outcome: Result<Params, Failure>,
        millis: i64,
    ) {
        let OperationKey { stage, run, label, .. } = key;
        self.told += 1;
        let place = (self.now.plus(millis), self.told);
        self.facts.insert(place, Fact::Answered { stage, run, label, by, outcome });
    }

    fn tell(&self, event: Event, preview: &mut Preview) {
        let stage = concerns(&event.kind).and_then(|id| self.view.position(id));
        preview.timeline.push(Moment {
            at: event.at.since(self.start),
            pipeline: self.path.clone(),
            stage: stage.map(|position| self.view.stages[position].name.clone()),
            event,
        });
    }

    fn fill_timeouts(&mut self) {
        let View { roster, default_timeouts, .. } = &mut self.view;
        for stage in &roster.stages {
            let offer = self.catalog.find_stage(&stage.kind, stage.provider.as_deref());
            if let Some(timeout) = offer.and_then(|(_, offer)| offer.timeout) {
                default_timeouts.entry(stage.kind.clone()).or_insert(timeout);
            }
        }
    }

    /// Evaluates the configuration of a stage that is to be stepped; nothing is fetched for it.
    fn prepare(&mut self, position: usize, preview: &mut Preview) {
        let stage = &self.view.stages[position];
        let Some(run) = stage.running() else { return };
        let first = run.config.is_none() && run.answers.is_empty();
        let stages = &self.view.stages;
        let due = if first {
            evaluation::is_due(stages, position)
        } else {
            evaluation::has_expressions(stage.configuration())
        };
        if !due {
            return;
        }
        let offer = self.catalog.find_stage(&stage.kind, stage.provider.as_deref());
        let deferred = offer.map(|(_, offer)| manifest::deferred(&offer.schema)).unwrap_or_default();
        let deferred: Vec<&str> = deferred.iter().map(String::as_str).collect();
        let (now, answers) = (self.now, Answers::new());
        let prepared = {
            let scene = Scene::new(&self.view.execution, &self.view.stages, &self.document);
            let given = Given {
                templates: self.app.templates(),
                now,
                seed: seed(&self.view.execution.id, now),
                answers: &answers,
            };
            evaluation::prepare(&scene, position, &deferred, given)
        };
        if !prepared.needs.is_empty() && first {
            preview.notes.push(format!(
                "Expressions of stage {} (`{}`) need something from outside, which a preview does not fetch.",
                stage.ref_id, stage.name
            ));
        }
        scheduler::prepare(&mut self.view, position, prepared, now);
    }

    async fn step(&self, position: usize) -> Result<Verdict, Fault> {
        let stage = &self.view.stages[position];
        let found = self.catalog.find_stage(&stage.kind, stage.provider.as_deref());
        let Some((installed, offer)) = found else { return Ok(unknown(&stage.kind)) };
        let Some(mut turn) = inputs::turn(&self.view, position, &offer.reads, self.now) else {
            return Ok(unknown(&stage.kind));
        };
        turn.kind = &offer.kind;
        let scope = Scope {
            plugin: installed.manifest.id.clone(),
            digest: installed.digest.clone(),
            grants: Grants::default(),
            mode: Mode::Read,
            application: self.view.execution.application.to_string(),
            execution: self.view.execution.id.to_string(),
            key: String::new(),
            account: None,
        };
        let verdict = self.app.runtime().step(&scope, &turn).await;
        verdict.map_err(|fault| Fault { failure: fault.failure, retryable: fault.retryable })
    }
}

fn unknown(kind: &str) -> Verdict {
    let message = format!("No installed plugin offers the stage type `{kind}`. Install one.");
    let problem = Failure::new(FailureClass::NotFound, code("stage.unknown-type"), message);
    let patch = Patch::default();
    Verdict::Finished(Finish { status: FinishStatus::Failed, patch, problem: Some(problem), acting_as: None })
}

/// The stage that an event is about.
fn concerns(event: &EventKind) -> Option<&StageId> {
    match event {
        EventKind::StagePlanned { stage, .. }
        | EventKind::StageStarted { stage, .. }
        | EventKind::StagePhase { stage, .. }
        | EventKind::StageEnded { stage, .. }
        | EventKind::StagePatched { stage, .. }
        | EventKind::OperationOrdered { stage, .. }
        | EventKind::OperationEnded { stage, .. }
        | EventKind::QuestionAsked { stage, .. }
        | EventKind::QuestionAnswered { stage, .. }
        | EventKind::StageFault { stage, .. }
        | EventKind::Notice { stage, .. } => Some(stage),
        _ => None,
    }
}
