//! A scenario played against `decide`: no server, no store, time jumps.

mod orders;
mod people;

use std::collections::VecDeque;

use anyhow::{Context, Result, bail};
use domain::artifact::AtStart;
use domain::execution::{Control, Execution, ExecutionState, Fact, Parent};
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph, parameter};
use domain::stage::Record;
use domain::stage::kept::laid;
use domain::{Failure, Params, StageId, Timestamp};
use expression::{Limits, Templates};
use scheduler::{View, await_window, decide, receive, settle};
use serde_json::{Map, Value, json};

use super::file::{Scenario, Step};
use super::native::{Called, Native, Operating};
use super::outside::Outside;
use super::timeline::Timeline;
use super::{record, world};

/// When every scenario starts: 2025-01-01T00:00:00Z, where the clock of a bed begins.
pub const START: Timestamp = Timestamp(1_735_689_600_000);

/// Most turns of the player's loop: a scenario that does not come to rest fails.
const MOST_TURNS: usize = 10_000;

/// One execution of the play; the first is the scenario's own.
struct Run {
    view: View,
    document: Params,
    facts: VecDeque<Fact>,
    operations: Vec<Operation>,
}

/// An operation under way, and when it is called next.
struct Operation {
    key: OperationKey,
    due: Timestamp,
    operating: Operating,
    cancelling: bool,
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
        templates: Templates::new(Limits::default(), 1 << 20),
        now: START,
        timeline: Timeline::default(),
    };
    let mut trigger = json!({ "type": "manual", "user": "somebody" });
    if let Some(members) = trigger.as_object_mut() {
        members.extend(scenario.trigger());
    }
    let id = ExecutionId::from("01HF7YAT00SCENARIO00000000");
    if let Err(refused) = player.admit(id, &scenario.pipeline, trigger, None)? {
        return Ok(vec![format!("0s refused {}", refused.code)]);
    }
    let mut script: VecDeque<&Step> = scenario.script.iter().collect();
    for _ in 0..MOST_TURNS {
        player.drive()?;
        let next_act = script.front().map(|step| START.plus(step.at));
        let next = [next_act, player.due()].into_iter().flatten().min();
        let Some(next) = next else { return player.lines() };
        player.now = player.now.max(next);
        if next_act == Some(next)
            && let Some(step) = script.pop_front()
        {
            player.act(&step.act)?;
        }
    }
    bail!("the scenario does not come to rest")
}

/// What the execution shows, for the section `Record`.
fn on_record(view: &View) -> Value {
    let stages = view.stages.iter().map(|stage| {
        let empty = Record::default();
        let record = stage.record().unwrap_or(&empty);
        (stage.ref_id.to_string(), record::stage(&record.context, &record.outputs, &record.artifacts))
    });
    json!({ "trigger": view.execution.trigger, "stages": stages.collect::<Map<_, _>>() })
}

impl Player<'_> {
    /// Begins an execution: parameters, then artifacts, then what is evaluated at a start; or says why it fails there.
    fn admit(
        &mut self,
        id: ExecutionId,
        document: &Params,
        mut trigger: Value,
        parent: Option<Parent>,
    ) -> Result<Result<(), Failure>> {
        let (definition, problems) = Definition::read(document);
        if let Some(problem) = problems.first() {
            bail!("{}: {}", problem.pointer, problem.message);
        }
        let given = trigger.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default();
        trigger["parameters"] = Value::Object(parameter::resolve(&definition.parameters, &given));
        let trigger = Params::new(trigger);
        let trigger = match AtStart::new(document, &trigger).resolve(&trigger, &[]) {
            Ok(resolved) => resolved.unwrap_or(trigger),
            Err(unresolved) => return Ok(Err(unresolved.failure())),
        };
        let started = world::at_start(&definition, &trigger, &self.templates, self.now);
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
        Ok(Ok(()))
    }

    /// The timeline, and what the scenario wants to be shown.
    fn lines(self) -> Result<Vec<String>> {
        let view = &self.runs[0].view;
        record::check(self.scenario.record.as_ref(), &on_record(view))?;
        let mut lines = self.timeline.lines;
        for shown in &self.scenario.shows {
            let stage = view.stages.iter().find(|stage| stage.ref_id.as_str() == shown.stage);
            let stage = stage.with_context(|| format!("there is no stage {}", shown.stage))?;
            let record = stage.record().cloned().unwrap_or_default();
            let context = laid(stage.configuration(), &record.context);
            lines.push(shown.line(&shown.of(stage.status().as_str(), stage.run, &context, &record.outputs)));
        }
        Ok(lines)
    }

    fn due(&self) -> Option<Timestamp> {
        let of = |run: &Run| run.operations.iter().map(|operation| operation.due).chain(run.view.due()).min();
        self.runs.iter().filter_map(of).min()
    }

    fn drive(&mut self) -> Result<()> {
        for _ in 0..MOST_TURNS {
            let mut moved = false;
            for at in 0..self.runs.len() {
                moved |= self.turn(at)?;
            }
            moved |= self.tell_ends();
            if !moved {
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
        // As the engine does: what deciding orders comes before what stages say next.
        let orders = run.view.take_orders();
        let ordered = !orders.is_empty();
        for order in orders {
            self.perform(at, order)?;
        }
        for &position in &due {
            self.step(at, position);
        }
        let changes = self.runs[at].view.take_changes();
        if at == 0 {
            changes.events.iter().for_each(|event| self.timeline.add(event, START));
        }
        let quiet = !ordered && due.is_empty() && changes.orders.is_empty() && changes.events.is_empty();
        for order in changes.orders {
            self.perform(at, order)?;
        }
        Ok(!quiet || !self.runs[at].facts.is_empty())
    }

    fn step(&mut self, at: usize, position: usize) {
        let run = &mut self.runs[at];
        let deferred = self.native.deferred(&run.view.stages[position].kind);
        world::prepare(&mut run.view, position, &run.document, &deferred, &self.templates, self.now);
        if !run.view.stages[position].running().is_some_and(|run| run.due) {
            return;
        }
        if await_window(&mut run.view, position, self.now) {
            return;
        }
        let verdict = self.native.step(&run.view, position, self.now);
        settle(&mut run.view, position, verdict, self.now);
    }

    /// Calls every operation whose moment has come.
    fn call(&mut self, at: usize) -> Result<()> {
        let run = &mut self.runs[at];
        for mut operation in std::mem::take(&mut run.operations) {
            if operation.due > self.now {
                run.operations.push(operation);
                continue;
            }
            match self.native.operate(&mut operation.operating, operation.cancelling, self.now)? {
                Called::Ended(outcome) => run.facts.push_back(answered(&operation.key, outcome)),
                Called::Again(wait) => {
                    operation.due = self.now.plus(wait);
                    run.operations.push(operation);
                }
            }
        }
        Ok(())
    }
}

fn answered(key: &OperationKey, outcome: Result<Params, Failure>) -> Fact {
    let OperationKey { stage, run, label, .. } = key.clone();
    let stage: StageId = stage;
    Fact::Answered { stage, run, label, by: None, outcome }
}
