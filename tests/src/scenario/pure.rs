//! A scenario played against `decide`: no server, no store, time jumps.

use std::collections::VecDeque;

use anyhow::{Context, Result, bail};
use domain::artifact::{AtStart, Unresolved};
use domain::evaluation::{self, Given, Scene};
use domain::execution::{Control, Execution, ExecutionState, Fact};
use domain::id::ExecutionId;
use domain::notification;
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph, parameter};
use domain::stage::kept::laid;
use domain::stage::{Demand, Record, StageState};
use domain::{Params, StageId, Timestamp};
use expression::{Answers, Limits, Templates};
use scheduler::{Order, View, await_window, decide, receive, settle};
use serde_json::{Value, json};

use super::file::{Act, Scenario, Step};
use super::native::Native;
use super::record;
use super::timeline::Timeline;

/// When every scenario starts: 2025-01-01T00:00:00Z, where the clock of a bed begins.
pub const START: Timestamp = Timestamp(1_735_689_600_000);

/// Most turns of the player's loop: a scenario that does not come to rest fails.
const MOST_TURNS: usize = 10_000;

struct Player {
    document: Params,
    view: View,
    native: Native,
    templates: Templates,
    now: Timestamp,
    timeline: Timeline,
    facts: VecDeque<Fact>,
    operations: Vec<(OperationKey, Timestamp, Fact)>,
}

/// Plays `scenario` and returns the timeline that came of it.
///
/// # Errors
/// A document that does not hold, a script that cannot be followed, or a play that never comes to rest.
pub fn play(scenario: &Scenario) -> Result<Vec<String>> {
    let (definition, problems) = Definition::read(&scenario.pipeline);
    if let Some(problem) = problems.first() {
        bail!("{}: {}", problem.pointer, problem.message);
    }
    let graph = Graph::build(&definition.stages).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let native = Native::new();
    let start = view(&definition, &graph, &scenario.script, &native);
    let view = match start {
        Ok(view) => view,
        Err(reason) => return Ok(vec![format!("0s refused {}", reason.failure().code)]),
    };
    let mut player = Player {
        document: scenario.pipeline.clone(),
        view,
        native,
        templates: Templates::new(Limits::default(), 1 << 20),
        now: START,
        timeline: Timeline::default(),
        facts: VecDeque::new(),
        operations: Vec::new(),
    };
    let mut script: VecDeque<&Step> = scenario.script.iter().collect();
    for _ in 0..MOST_TURNS {
        player.drive()?;
        let next_act = script.front().map(|step| START.plus(step.at));
        let next = [next_act, player.due()].into_iter().flatten().min();
        let Some(next) = next else {
            record::check(scenario.record.as_ref(), &on_record(&player.view))?;
            return player.lines(scenario);
        };
        player.now = player.now.max(next);
        if next_act == Some(next)
            && let Some(step) = script.pop_front()
        {
            player.act(&step.act)?;
        }
    }
    bail!("the scenario does not come to rest")
}

/// The execution before anything has happened, or why it fails at its start.
fn view(definition: &Definition, graph: &Graph, script: &[Step], native: &Native) -> Result<View, Unresolved> {
    let given = script.iter().find_map(|step| match &step.act {
        Act::Start(trigger) => trigger.as_object().cloned(),
        _ => None,
    });
    let mut trigger = json!({ "type": "manual", "user": "somebody" });
    if let Some(members) = trigger.as_object_mut() {
        members.extend(given.unwrap_or_default());
        let given = members.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
        members.insert("parameters".into(), parameter::resolve(&definition.parameters, &given).into());
    }
    let trigger = Params::new(trigger);
    let trigger = AtStart::new(&definition.document, &trigger).resolve(&trigger, &[])?.unwrap_or(trigger);
    let execution = Execution {
        id: ExecutionId::from("01HF7YAT00SCENARIO00000000"),
        application: "scenario".into(),
        pipeline: None,
        name: definition.name.clone(),
        parent: None,
        trigger,
        principal: "somebody".into(),
        roles: Vec::new(),
        created: START,
        catalog: 1,
        state: ExecutionState::NotStarted,
        control: Control::default(),
    };
    let mut view = View::new(execution, definition, graph);
    view.default_timeouts = native.timeouts();
    Ok(view)
}

/// What the execution shows, for the section `Record`.
fn on_record(view: &View) -> Value {
    let stages = view.stages.iter().map(|stage| {
        let empty = Record::default();
        let record = stage.record().unwrap_or(&empty);
        (stage.ref_id.to_string(), record::stage(&record.context, &record.outputs, &record.artifacts))
    });
    json!({ "trigger": view.execution.trigger, "stages": stages.collect::<serde_json::Map<_, _>>() })
}

impl Player {
    /// The timeline, and what the scenario wants to be shown.
    fn lines(self, scenario: &Scenario) -> Result<Vec<String>> {
        let mut lines = self.timeline.lines;
        for shown in &scenario.shows {
            let mut stages = self.view.stages.iter();
            let stage = stages.find(|stage| stage.ref_id.as_str() == shown.stage);
            let stage = stage.with_context(|| format!("there is no stage {}", shown.stage))?;
            let record = stage.record().cloned().unwrap_or_default();
            let context = laid(stage.configuration(), &record.context);
            lines.push(shown.line(&shown.of(stage.status().as_str(), stage.run, &context, &record.outputs)));
        }
        Ok(lines)
    }

    /// As the engine does it before a step.
    fn prepare(&mut self, position: usize) {
        let stage = &self.view.stages[position];
        let first = stage.running().is_some_and(|run| run.answers.is_empty());
        let config = stage.configuration();
        if !(evaluation::has_expressions(config) || first && evaluation::is_due(config)) {
            return;
        }
        let scene = Scene::new(&self.view.execution, &self.view.stages, &self.document);
        let given = Given { templates: &self.templates, now: self.now, seed: 7, answers: &Answers::new() };
        let prepared = evaluation::prepare(&scene, position, &[], given);
        drop(scene);
        scheduler::prepare(&mut self.view, position, prepared, self.now);
    }

    fn due(&self) -> Option<Timestamp> {
        self.operations.iter().map(|(_, at, _)| *at).chain(self.view.due()).min()
    }

    fn drive(&mut self) -> Result<()> {
        for _ in 0..MOST_TURNS {
            let (ready, later) =
                std::mem::take(&mut self.operations).into_iter().partition(|(_, at, _)| *at <= self.now);
            self.operations = later;
            let ready: Vec<(OperationKey, Timestamp, Fact)> = ready;
            self.facts.extend(ready.into_iter().map(|(_, _, fact)| fact));
            while let Some(fact) = self.facts.pop_front() {
                receive(&mut self.view, fact, self.now);
            }
            let due = decide(&mut self.view, self.now);
            // As the engine does: what deciding orders comes before what stages say next.
            let orders = self.view.take_orders();
            let ordered = !orders.is_empty();
            for order in orders {
                self.perform(order)?;
            }
            for &position in &due {
                self.prepare(position);
                if !self.view.stages[position].running().is_some_and(|run| run.due) {
                    continue;
                }
                if await_window(&mut self.view, position, self.now) {
                    continue;
                }
                let verdict = self.native.step(&self.view, position, self.now);
                settle(&mut self.view, position, verdict, self.now);
            }
            let changes = self.view.take_changes();
            changes.events.iter().for_each(|event| self.timeline.add(event, START));
            let quiet = !ordered && due.is_empty() && changes.orders.is_empty() && changes.events.is_empty();
            for order in changes.orders {
                self.perform(order)?;
            }
            if quiet && self.facts.is_empty() {
                return Ok(());
            }
        }
        bail!("the execution does not come to rest at {:?}", self.now)
    }

    fn perform(&mut self, order: Order) -> Result<()> {
        match order {
            Order::Operate { key, request, .. } => {
                let (wait, outcome) = self.native.operate(&key, &request)?;
                let fact = answered(&key, outcome);
                self.operations.push((key, self.now.plus(wait), fact));
            }
            Order::CancelOperation(key) => {
                self.operations.retain(|(other, _, _)| *other != key);
                let failure = domain::Failure::new(
                    domain::FailureClass::Cancelled,
                    domain::code::code("operation.cancelled"),
                    "It was called off.",
                );
                self.facts.push_back(answered(&key, Err(failure)));
            }
            Order::Notify { key, when, detail } => self.notify(key, &when, &detail),
            Order::Ask { .. } | Order::CloseQuestion(_) => {}
            other => bail!("a scenario against `decide` cannot perform {other:?}"),
        }
        Ok(())
    }

    /// The provider `idle` delivers notifications of its own type at once; nothing delivers any other.
    fn notify(&mut self, event: OperationKey, when: &str, detail: &Params) {
        let trigger = &self.view.execution.trigger;
        let by_host = notification::is_event(&event.label);
        let due = match self.view.position(&event.stage) {
            Some(position) => {
                notification::due_for_stage(self.view.stages[position].configuration(), when, by_host, detail)
            }
            None => notification::due_for_execution(&self.document, trigger, &[], when),
        };
        if !by_host {
            self.facts.push_back(answered(&event, Ok(Params::null())));
        }
        for (index, entry) in due.iter().enumerate() {
            let code = domain::code::code("notification.no-provider");
            let nobody = || domain::Failure::new(domain::FailureClass::NotFound, code, "Only `idle` delivers.");
            let deliverable = if entry.kind == "idle" { Ok(()) } else { Err(nobody()) };
            let told = scheduler::tell(&mut self.view, &event, when, (index, entry), deliverable, self.now);
            self.facts.extend(told.map(|key| answered(&key, Ok(Params::null()))));
        }
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Start(_) => {}
            Act::Answer { stage, answer, by } => {
                let position = self.find(stage)?;
                let run = self.view.stages[position].running().context("the stage is not running")?;
                let pending = run.pending.iter().find(|pending| matches!(pending.demand, Demand::Ask(_)));
                let label = pending.with_context(|| format!("stage {stage} asks nobody anything"))?.label.clone();
                let key = self.view.key(position, &label);
                let Fact::Answered { stage, run, label, outcome, .. } = answered(&key, Ok(Params::new(answer.clone())))
                else {
                    bail!("an answer is an answer")
                };
                self.facts.push_back(Fact::Answered { stage, run, label, by: Some(by.clone()), outcome });
            }
            Act::Patch { stage, patch, by } => {
                let stage = self.view.stages[self.find(stage)?].id.clone();
                self.facts.push_back(Fact::Patched { stage, by: by.clone(), patch: Params::new(patch.clone()) });
            }
            Act::Skip { stage, by } => {
                let stage = self.view.stages[self.find(stage)?].id.clone();
                self.facts.push_back(Fact::Skipped { stage, by: by.clone() });
            }
            Act::Restart { stage, by } => self.restart(stage, by)?,
            Act::Control(kind, by) => {
                self.view.execution.control =
                    Control { kind: *kind, by: Some(by.clone()), reason: None, at: Some(self.now) };
            }
        }
        Ok(())
    }

    /// As the store does it: an execution that is over stands as admitted, with its stages.
    fn restart(&mut self, reference: &str, by: &str) -> Result<()> {
        let found = self.view.stages.iter().find(|stage| stage.ref_id.as_str() == reference);
        let stage = found.with_context(|| format!("there is no stage {reference}"))?.id.clone();
        if matches!(self.view.execution.state, ExecutionState::Ended { .. }) {
            self.view.execution.state = ExecutionState::NotStarted;
            self.view.execution.control = Control::default();
            self.view.cancel_told = false;
            self.view.paused_since = None;
        }
        let renewals = self.native.renewals(&self.view);
        self.facts.push_back(Fact::Restarted { stage, by: by.to_owned(), renewals, answers: Vec::new() });
        Ok(())
    }

    fn find(&self, reference: &str) -> Result<usize> {
        let found = self
            .view
            .stages
            .iter()
            .position(|stage| stage.ref_id.as_str() == reference && !matches!(stage.state, StageState::NotStarted));
        found.with_context(|| format!("stage {reference} has not started"))
    }
}

fn answered(key: &OperationKey, outcome: Result<Params, domain::Failure>) -> Fact {
    let OperationKey { stage, run, label, .. } = key.clone();
    let stage: StageId = stage;
    Fact::Answered { stage, run, label, by: None, outcome }
}
