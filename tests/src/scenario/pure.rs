//! A scenario played against `decide`: no server, no store, time jumps.

use std::collections::VecDeque;

use anyhow::{Context, Result, bail};
use domain::execution::{Control, ControlKind, Execution, ExecutionState, Fact, Parent};
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph, parameter};
use domain::stage::request::ChildExecution;
use domain::stage::{Demand, StageState};
use domain::{Failure, Params, StageId, Timestamp};
use expression::Templates;
use scheduler::{Order, View, decide, receive, settle};
use serde_json::{Value, json};

use super::file::{Act, Scenario, Step};
use super::native::{Called, Native, Operating};
use super::outside::Outside;
use super::timeline::Timeline;
use super::world;

/// When every scenario starts.
pub const START: Timestamp = Timestamp(1_700_000_000_000);

/// Most turns of the player's loop: a scenario that does not come to rest fails.
const MOST_TURNS: usize = 10_000;

/// One execution of the play; the first is the scenario's own.
struct Run {
    view: View,
    document: Params,
    facts: VecDeque<Fact>,
    operations: Vec<(OperationKey, Timestamp, Operating, bool)>,
}

struct Player<'s> {
    scenario: &'s Scenario,
    runs: Vec<Run>,
    /// Whose end is told to whom.
    awaits: Vec<(OperationKey, ExecutionId)>,
    native: Native,
    templates: Templates,
    now: Timestamp,
    timeline: Timeline,
}

/// Plays `scenario` and returns the timeline that came of it.
///
/// # Errors
/// A document that does not hold, a script that cannot be followed, or a play that never comes to rest.
pub fn play(scenario: &Scenario) -> Result<Vec<String>> {
    Outside::new(&scenario.outside).natively();
    let mut player = Player {
        scenario,
        runs: Vec::new(),
        awaits: Vec::new(),
        native: Native::new(),
        templates: Templates::new(expression::Limits::default(), 1 << 20),
        now: START,
        timeline: Timeline::default(),
    };
    let trigger = json!({ "type": "manual", "user": "somebody", "parameters": scenario.parameters() });
    player.admit(ExecutionId::from("01HF7YAT00SCENARIO00000000"), &scenario.pipeline, trigger, None)?;
    let mut script: VecDeque<&Step> = scenario.script.iter().collect();
    for _ in 0..MOST_TURNS {
        player.drive()?;
        let next_act = script.front().map(|step| START.plus(step.at));
        let next = [next_act, player.due()].into_iter().flatten().min();
        let Some(next) = next else { return Ok(player.timeline.lines) };
        player.now = player.now.max(next);
        if next_act == Some(next)
            && let Some(step) = script.pop_front()
        {
            player.act(&step.act)?;
        }
    }
    bail!("the scenario does not come to rest")
}

impl Player<'_> {
    /// Begins an execution of `document`: its trigger and, as far as the evaluator wants, its document are evaluated.
    fn admit(&mut self, id: ExecutionId, document: &Params, mut trigger: Value, parent: Option<Parent>) -> Result<()> {
        let (definition, problems) = Definition::read(document);
        if let Some(problem) = problems.first() {
            bail!("{}: {}", problem.pointer, problem.message);
        }
        let given = trigger.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
        trigger["parameters"] = Value::Object(parameter::resolve(&definition.parameters, &given));
        let started = world::at_start(&definition, &Params::new(trigger), &self.templates, self.now);
        let (definition, _) = Definition::read(&started.document);
        let graph = Graph::build(&definition.stages).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let execution = Execution {
            id,
            application: "scenario".into(),
            pipeline: None,
            name: definition.name.clone(),
            parent,
            trigger: started.trigger,
            principal: "somebody".into(),
            roles: Vec::new(),
            created: self.now,
            catalog: 1,
            state: ExecutionState::NotStarted,
            control: Control::default(),
        };
        let mut view = View::new(execution, &definition, &graph);
        view.default_timeouts = self.native.timeouts();
        self.runs.push(Run { view, document: started.document, facts: VecDeque::new(), operations: Vec::new() });
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        let of = |run: &Run| run.operations.iter().map(|(_, at, ..)| *at).chain(run.view.due()).min();
        self.runs.iter().filter_map(of).min()
    }

    fn drive(&mut self) -> Result<()> {
        for _ in 0..MOST_TURNS {
            let mut moved = false;
            for at in 0..self.runs.len() {
                moved |= self.turn(at)?;
            }
            if !self.tell_ends() && !moved {
                return Ok(());
            }
        }
        bail!("the execution does not come to rest at {:?}", self.now)
    }

    /// One turn of one execution; false when nothing came of it.
    fn turn(&mut self, at: usize) -> Result<bool> {
        self.call(at)?;
        let run = &mut self.runs[at];
        while let Some(fact) = run.facts.pop_front() {
            receive(&mut run.view, fact, self.now);
        }
        let due = decide(&mut run.view, self.now);
        for &position in &due {
            let deferred = self.native.deferred(&run.view.stages[position].kind);
            world::prepare(&mut run.view, position, &run.document, &deferred, &self.templates, self.now);
            if run.view.stages[position].running().is_none_or(|run| run.ending.is_some()) {
                continue;
            }
            let verdict = self.native.step(&run.view, position, self.now);
            settle(&mut run.view, position, verdict, self.now);
        }
        let changes = run.view.take_changes();
        if at == 0 {
            changes.events.iter().for_each(|event| self.timeline.add(event, START));
        }
        let quiet = due.is_empty() && changes.orders.is_empty() && changes.events.is_empty();
        for order in changes.orders {
            self.perform(at, order)?;
        }
        Ok(!quiet || !self.runs[at].facts.is_empty())
    }

    /// Calls every operation whose moment has come.
    fn call(&mut self, at: usize) -> Result<()> {
        let run = &mut self.runs[at];
        let (ready, later) = std::mem::take(&mut run.operations).into_iter().partition(|(_, due, ..)| *due <= self.now);
        run.operations = later;
        let ready: Vec<(OperationKey, Timestamp, Operating, bool)> = ready;
        for (key, _, mut operating, cancelling) in ready {
            match self.native.operate(&mut operating, cancelling, self.now)? {
                Called::Ended(outcome) => run.facts.push_back(answered(&key, outcome)),
                Called::Again(wait) => run.operations.push((key, self.now.plus(wait), operating, cancelling)),
            }
        }
        Ok(())
    }

    /// Tells those who wait for an execution of its end; false when nobody does.
    fn tell_ends(&mut self) -> bool {
        let mut told = false;
        for (key, execution) in std::mem::take(&mut self.awaits) {
            let ended = self.runs.iter().find(|run| run.view.execution.id == execution).and_then(|run| {
                let ExecutionState::Ended { status, .. } = run.view.execution.state else { return None };
                Some(domain::execution::report::report(&run.view.execution, &run.view.stages, status))
            });
            match ended {
                Some(report) => {
                    told = true;
                    if let Some(run) = self.runs.iter_mut().find(|run| run.view.execution.id == key.execution) {
                        run.facts.push_back(answered(&key, Ok(report)));
                    }
                }
                None => self.awaits.push((key, execution)),
            }
        }
        told
    }

    fn perform(&mut self, at: usize, order: Order) -> Result<()> {
        let (key, outcome) = match order {
            Order::Operate { key, request, .. } => match self.modelled(at, &key) {
                Some(outcome) => (key, outcome),
                None => {
                    let operating = self.native.begin(&key, &request)?;
                    self.runs[at].operations.push((key, self.now, operating, false));
                    return Ok(());
                }
            },
            Order::CancelOperation(key) => {
                for (other, due, _, cancelling) in &mut self.runs[at].operations {
                    if *other == key {
                        (*due, *cancelling) = (self.now, true);
                    }
                }
                return Ok(());
            }
            Order::Notify { key, .. } => (key, Ok(Params::null())),
            Order::Evaluate { key, expressions } => {
                let run = &self.runs[at];
                let answer = world::evaluate(&run.view, &key, &run.document, &expressions, &self.templates, self.now)?;
                (key, Ok(answer))
            }
            Order::Query { key, request } => {
                let outcome = match (self.modelled(at, &key), request.provider.as_deref()) {
                    (Some(outcome), _) => outcome,
                    (None, Some("host")) => Ok(world::ask_host(&self.runs[at].view, &request.kind)?),
                    (None, _) => self.native.query(&request)?,
                };
                (key, outcome)
            }
            Order::RunPipeline { key, child, .. } => {
                let outcome = self.start(at, &key, &child)?;
                (key, outcome)
            }
            Order::Await { key, execution } => {
                self.awaits.push((key, execution));
                return Ok(());
            }
            Order::CancelExecution { execution, reason } => {
                for run in self.runs.iter_mut().filter(|run| run.view.execution.id == execution) {
                    let at = Some(self.now);
                    run.view.execution.control =
                        Control { kind: ControlKind::Cancel, by: None, reason: Some(reason.clone()), at };
                }
                return Ok(());
            }
            Order::Ask { .. } | Order::CloseQuestion(_) => return Ok(()),
        };
        self.runs[at].facts.push_back(answered(&key, outcome));
        Ok(())
    }

    /// What the scenario says that the host answers.
    fn modelled(&self, at: usize, key: &OperationKey) -> Option<Result<Params, Failure>> {
        let position = self.runs[at].view.position(&key.stage)?;
        let reference = &self.runs[at].view.stages[position].ref_id;
        let answer = self.scenario.answers.get(&format!("{reference} {}", key.label))?;
        Some(Ok(Params::new(answer.clone())))
    }

    /// Starts one of the other pipelines of the scenario.
    fn start(&mut self, at: usize, key: &OperationKey, child: &ChildExecution) -> Result<Result<Params, Failure>> {
        let others = self.scenario.others.iter();
        let document = others.clone().find(|other| other.get("name").and_then(Value::as_str) == Some(&child.pipeline));
        let Some(document) = document else {
            return Ok(Err(world::no_pipeline(&child.pipeline)));
        };
        let id = ExecutionId::derive_child(&key.execution, &key.stage, key.run, &key.label);
        let mut trigger = child.trigger.value().clone();
        trigger["parameters"] = child.parameters.value().clone();
        let depth = self.runs[at].view.execution.parent.as_ref().map_or(0, |parent| parent.depth) + 1;
        let OperationKey { execution, stage, run, label } = key.clone();
        let parent = Parent { execution, stage, run, label, depth };
        self.admit(id.clone(), &Params::new(document.clone()), trigger, Some(parent))?;
        Ok(Ok(Params::from_members([("execution", id.as_str().into())])))
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Start(_) => {}
            Act::Answer { stage, answer, by } => {
                let position = self.find(stage)?;
                let run = self.runs[0].view.stages[position].running().context("the stage is not running")?;
                let pending = run.pending.iter().find(|pending| matches!(pending.demand, Demand::Ask(_)));
                let label = pending.with_context(|| format!("stage {stage} asks nobody anything"))?.label.clone();
                let key = self.runs[0].view.key(position, &label);
                let Fact::Answered { stage, run, label, outcome, .. } = answered(&key, Ok(Params::new(answer.clone())))
                else {
                    bail!("an answer is an answer")
                };
                self.runs[0].facts.push_back(Fact::Answered { stage, run, label, by: Some(by.clone()), outcome });
            }
            Act::Patch { stage, patch, by } => {
                let stage = self.runs[0].view.stages[self.find(stage)?].id.clone();
                self.runs[0].facts.push_back(Fact::Patched {
                    stage,
                    by: by.clone(),
                    patch: Params::new(patch.clone()),
                });
            }
            Act::Skip { stage, by } => {
                let stage = self.runs[0].view.stages[self.find(stage)?].id.clone();
                self.runs[0].facts.push_back(Fact::Skipped { stage, by: by.clone() });
            }
            Act::Control(kind, by) => {
                self.runs[0].view.execution.control =
                    Control { kind: *kind, by: Some(by.clone()), reason: None, at: Some(self.now) };
            }
        }
        Ok(())
    }

    fn find(&self, reference: &str) -> Result<usize> {
        let found = self.runs[0]
            .view
            .stages
            .iter()
            .position(|stage| stage.ref_id.as_str() == reference && !matches!(stage.state, StageState::NotStarted));
        found.with_context(|| format!("stage {reference} has not started"))
    }
}

fn answered(key: &OperationKey, outcome: Result<Params, Failure>) -> Fact {
    let OperationKey { stage, run, label, .. } = key.clone();
    let stage: StageId = stage;
    Fact::Answered { stage, run, label, by: None, outcome }
}
