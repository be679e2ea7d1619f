//! What must hold of the database after every commit, whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use app::App;
use domain::Timestamp;
use domain::execution::{ControlKind, Event, EventKind, ExecutionState};
use domain::id::{ExecutionId, Label, RefId};
use domain::stage::{Demand, Ended, Run, StageState, StageStatus};
use scheduler::View;
use store::Loaded;

use super::outside::WEATHER;
use super::world::World;

/// What was seen of an execution at the last check.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    version: i64,
    events: i64,
    ended: bool,
    stages: BTreeMap<RefId, Before>,
    /// Starts of runs, by stage.
    started: BTreeMap<RefId, Vec<u32>>,
    patched: usize,
    /// Executions that are waited for, by the stage and label that do.
    awaited: BTreeMap<(RefId, Label), ExecutionId>,
}

#[derive(Clone, Debug)]
struct Before {
    run: u32,
    ended: Option<Box<Ended>>,
    /// Pending timers that no pause moves, with their moments.
    timers: BTreeMap<Label, Timestamp>,
    answers: usize,
}

/// Looks at everything that was written since the last check.
pub fn check(world: &World) {
    let (touched, app) = {
        let mut state = world.state();
        state.settled = false;
        (std::mem::take(&mut state.touched), state.app.clone())
    };
    let Some(app) = app else { return };
    let mut touched = touched;
    while let Some(execution) = touched.pop_first() {
        if let Err(wrong) = futures::executor::block_on(one(world, &app, &execution, &mut touched)) {
            let name = world.name(&execution);
            world.violation(format!("{name}: {wrong}"));
        }
    }
}

type Held = Result<(), String>;

fn hold(holds: bool, wrong: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { Err(wrong()) }
}

async fn one(world: &World, app: &App, id: &ExecutionId, touched: &mut BTreeSet<ExecutionId>) -> Held {
    let failed = |error: &dyn std::fmt::Display| format!("it cannot be read: {error}");
    // Not written yet: its unit waits.
    let Some(loaded) = app.store().executions().load(id).await.map_err(|error| failed(&error))? else { return Ok(()) };
    let mut seen = world.state().seen.get(id).cloned().unwrap_or_default();
    inbox(world, id, &loaded)?;
    wished(world, id, &loaded)?;
    if seen.events == 0 {
        started_once(world, id, &loaded)?;
    }
    if loaded.version == seen.version && seen.events > 0 {
        return Ok(());
    }
    let fresh = app.store().events().of(id, seen.events, 10_000).await.map_err(|error| failed(&error))?;
    events(world, id, &mut seen, &fresh)?;
    let definition =
        app.definition_of(&loaded.execution, loaded.document.as_ref()).await.map_err(|error| failed(&error))?;
    let mut view = View::new(loaded.execution.clone(), &definition.0, &definition.1);
    view.paused_since = loaded.paused_since;
    view.cancel_told = loaded.cancel_told;
    view.restore(loaded.stages.clone()).map_err(|reference| format!("stage {reference} does not fit the document"))?;
    stages(world, &mut seen, &view)?;
    left_behind(app, &mut seen, &view).await?;
    let ended = matches!(loaded.execution.state, ExecutionState::Ended { .. });
    hold(ended || !seen.ended, || "it had ended, and goes on".to_owned())?;
    seen.ended = ended;
    if ended {
        // Whoever waits for it has been told by the same commit.
        touched.extend(loaded.execution.parent.as_ref().map(|parent| parent.execution.clone()));
        hold(view.stages.iter().all(|stage| stage.running().is_none()), || "it has ended while a stage runs".into())?;
    } else {
        owned(app, &loaded, &view, world.environment.world_time()).await?;
    }
    seen.version = loaded.version;
    world.state().seen.insert(id.clone(), seen);
    Ok(())
}

/// Facts that were acknowledged are in the inbox, or a drive has taken them in.
fn inbox(world: &World, id: &ExecutionId, loaded: &Loaded) -> Held {
    let acknowledged = world.state().wishes.facts.get(id).copied().unwrap_or(0);
    hold(loaded.inbox_head >= acknowledged, || {
        format!("{acknowledged} facts were acknowledged, and the inbox has had {}", loaded.inbox_head)
    })
}

/// A wish that was acknowledged holds, until another one, or the end.
fn wished(world: &World, id: &ExecutionId, loaded: &Loaded) -> Held {
    let (wanted, kind) = (world.state().wishes.of(id), loaded.execution.control.kind);
    let holds = match wanted {
        ControlKind::Run => true,
        ControlKind::Pause => kind != ControlKind::Run,
        ControlKind::Cancel => kind == ControlKind::Cancel,
    };
    let ended = matches!(loaded.execution.state, ExecutionState::Ended { .. });
    hold(holds || ended, || format!("{wanted:?} was acknowledged, and its control says {kind:?}"))
}

/// What may start one execution has not started another.
fn started_once(world: &World, id: &ExecutionId, loaded: &Loaded) -> Held {
    let execution = &loaded.execution;
    let correlation = execution.trigger.get("correlationId").and_then(|id| id.as_str()).map(str::to_owned);
    let request = execution
        .parent
        .as_ref()
        .map(|parent| format!("{}/{}/{}/{}", parent.execution, parent.stage, parent.run, parent.label));
    let mut state = world.state();
    let Some(start) = request.clone().or(correlation) else { return Ok(()) };
    let first = state.starts.entry(start.clone()).or_insert_with(|| id.clone()).clone();
    if request.is_none() && state.seen.get(&first).is_some_and(|seen| seen.ended) {
        // A correlation id binds for as long as its execution is not complete.
        state.starts.insert(start, id.clone());
        return Ok(());
    }
    hold(first == *id, || format!("what has started it had started {first}"))
}

/// Nobody stops waiting for an execution of its own that goes on undisturbed.
async fn left_behind(app: &App, seen: &mut Seen, view: &View) -> Held {
    let mut awaited = BTreeMap::new();
    for stage in &view.stages {
        for pending in stage.running().into_iter().flat_map(|run| &run.pending) {
            if let Demand::AwaitExecution(target) = &pending.demand {
                awaited.insert((stage.ref_id.clone(), pending.label.clone()), target.clone());
            }
        }
    }
    let before = std::mem::replace(&mut seen.awaited, awaited);
    for (place, target) in before.iter().filter(|(place, _)| !seen.awaited.contains_key(*place)) {
        let row = app.store().executions().get(target).await.map_err(|error| format!("it cannot be read: {error}"))?;
        let execution = row.map(|row| row.execution);
        let over = execution.is_none_or(|target| {
            matches!(target.state, ExecutionState::Ended { .. }) || target.control.kind == ControlKind::Cancel
        });
        hold(over, || format!("stage {} no longer waits for its child, which goes on", place.0))?;
    }
    Ok(())
}

fn events(world: &World, id: &ExecutionId, seen: &mut Seen, fresh: &[(i64, Event)]) -> Held {
    let name = world.name(id);
    for (number, event) in fresh {
        hold(*number == seen.events + 1, || format!("event {number} follows event {}", seen.events))?;
        seen.events = *number;
        let text = serde_json::to_string(&event.kind).unwrap_or_default();
        world.tell(&format!("{name} {number} {text}"));
        match &event.kind {
            EventKind::StageStarted { reference, run, .. } => {
                let runs = seen.started.entry(reference.clone()).or_default();
                hold(!runs.contains(run), || format!("run {run} of stage {reference} started twice"))?;
                runs.push(*run);
            }
            EventKind::StageEnded { reference, problem, .. } => {
                let struck = problem.as_ref().is_some_and(|problem| problem.code.as_str() == WEATHER);
                hold(!struck, || format!("bad weather has ended stage {reference}"))?;
            }
            EventKind::StagePatched { .. } => {
                seen.patched += 1;
                let wanted = world.state().wishes.patches.get(id).copied().unwrap_or(0);
                hold(seen.patched <= wanted, || format!("patched {} times, wanted {wanted} times", seen.patched))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn stages(world: &World, seen: &mut Seen, view: &View) -> Held {
    for (position, stage) in view.stages.iter().enumerate() {
        let reference = &stage.ref_id;
        let started = seen.started.get(reference).is_some_and(|runs| runs.contains(&stage.run));
        let satisfied = stage.upstream.iter().all(|&up| view.stages[up].status().satisfies());
        match &stage.state {
            StageState::NotStarted => {
                hold(!started, || format!("stage {reference} has started, and its row says that it has not"))?;
            }
            // Left out with the stage that planned it, wherever what it waits for stands.
            StageState::Ended(ended) if ended.started.is_none() && stage.synthetic.is_some() => {
                let left_out = ended.status == StageStatus::Skipped && !started;
                hold(left_out, || format!("stage {reference} ended {:?} and never began", ended.status))?;
            }
            _ => hold(satisfied, || format!("stage {reference} began before what it waits for"))?,
        }
        if let Some(before) = seen.stages.get(reference) {
            hold(stage.run >= before.run, || format!("the run of stage {reference} went back"))?;
            if stage.run == before.run {
                unchanged(stage, before)?;
                on_time(world, stage, before)?;
            }
        }
        if let Some(run) = stage.running() {
            hold(started, || format!("stage {reference} runs, and no event says that it started"))?;
            alive(view, position, run)?;
        }
        let timers = stage.running().map(timers).unwrap_or_default();
        let ended = match &stage.state {
            StageState::Ended(ended) => Some(ended.clone()),
            _ => None,
        };
        let answers = stage.running().map_or(0, |run| run.answers.len());
        seen.stages.insert(reference.clone(), Before { run: stage.run, ended, timers, answers });
    }
    Ok(())
}

/// A terminal state never changes.
fn unchanged(stage: &domain::stage::Stage, before: &Before) -> Held {
    let Some(ended) = &before.ended else { return Ok(()) };
    let same = matches!(&stage.state, StageState::Ended(now) if now == ended);
    hold(same, || format!("stage {} had ended {}, and that has changed", stage.ref_id, ended.status.as_str()))
}

fn timers(run: &Run) -> BTreeMap<Label, Timestamp> {
    let of_time = run.pending.iter().filter(|pending| matches!(pending.demand, Demand::Timer(_)));
    of_time.filter_map(|pending| Some((pending.label.clone(), pending.due?))).collect()
}

/// No timer has fired before its moment, by the world's clock.
fn on_time(world: &World, stage: &domain::stage::Stage, before: &Before) -> Held {
    let Some(run) = stage.running() else { return Ok(()) };
    let now = world.environment.world_time();
    if run.answers.iter().any(|answer| answer.label.as_str().starts_with("$patch/")) {
        // A person may have moved it.
        return Ok(());
    }
    for answer in run.answers.iter().skip(before.answers) {
        let Some(due) = before.timers.get(&answer.label) else { continue };
        hold(*due <= now, || {
            format!("timer `{}` of stage {} fired {} ms early", answer.label, stage.ref_id, due.since(now))
        })?;
    }
    Ok(())
}

/// A running stage is to be stepped, or something that it asked for is on its way; and its bounds hold.
fn alive(view: &View, position: usize, run: &Run) -> Held {
    let stage = &view.stages[position];
    let wakes = run.due || run.ending.is_some() || run.pending.iter().any(|pending| !pending.withdrawn);
    hold(wakes, || format!("stage {} runs, and nothing could ever wake it", stage.ref_id))?;
    hold(run.steps <= 1_000 && run.answers.len() <= 4_096, || format!("stage {} is beyond its bounds", stage.ref_id))?;
    let mut labels: Vec<&Label> = run.answers.iter().map(|answer| &answer.label).collect();
    labels.sort_unstable();
    let count = labels.len();
    labels.dedup();
    hold(labels.len() == count, || format!("stage {} was answered twice under one label", stage.ref_id))
}

/// Nothing runs without an owner, an open request or a due time: whoever finds the rows after a crash finds everything that is left.
async fn owned(app: &App, loaded: &Loaded, view: &View, now: Timestamp) -> Held {
    let failed = |error: &dyn std::fmt::Display| format!("it cannot be read: {error}");
    let id = &loaded.execution.id;
    let open = app.store().operations().open_of(id).await.map_err(|error| failed(&error))?;
    let questions = app.store().questions().of(id).await.map_err(|error| failed(&error))?;
    let paused = loaded.execution.control.kind == ControlKind::Pause;
    // A wish that came after the drive is acted on by the next one.
    let acted_on = paused == loaded.paused_since.is_some()
        && (loaded.execution.control.kind != ControlKind::Cancel || loaded.cancel_told);
    for (position, stage) in view.stages.iter().enumerate() {
        let Some(run) = stage.running() else { continue };
        for pending in &run.pending {
            let key = view.key(position, &pending.label);
            let what = || format!("`{}` of stage {}", pending.label, stage.ref_id);
            match &pending.demand {
                Demand::Operate(_) => {
                    hold(open.iter().any(|row| row.key == key), || format!("{} is no open operation", what()))?;
                    let called_off = open.iter().any(|row| row.key == key && row.cancelling);
                    hold(called_off || !pending.withdrawn, || format!("{} was withdrawn, not called off", what()))?;
                }
                Demand::Ask(_) => {
                    let row = questions.iter().find(|row| row.stage == key.stage && row.label == key.label);
                    let decided = row.is_some_and(|row| row.closed.is_some());
                    hold(row.is_some(), || format!("{} is no question", what()))?;
                    hold(!decided || !loaded.inbox.is_empty(), || format!("the answer to {} is lost", what()))?;
                }
                Demand::AwaitExecution(target) => {
                    let row = app.store().executions().get(target).await.map_err(|error| failed(&error))?;
                    let over = row.is_none_or(|row| matches!(row.execution.state, ExecutionState::Ended { .. }));
                    hold(!over || !loaded.inbox.is_empty(), || format!("{} is over, and nobody was told", what()))?;
                }
                _ => {}
            }
        }
        let told = run.cancelled.is_some() || run.ending.is_some() || !loaded.cancel_told;
        hold(told, || format!("stage {} was never told of the cancel", stage.ref_id))?;
        if !acted_on {
            continue;
        }
        // What is due now needs no moment, as long as the row says that it is due.
        if run.due && run.retry.is_none() && !paused && loaded.inbox.is_empty() {
            let moment = loaded.due.is_some();
            hold(moment, || format!("stage {} is to be stepped, and the row is not due", stage.ref_id))?;
        }
    }
    if !acted_on || !loaded.inbox.is_empty() || loaded.version == 0 {
        return Ok(());
    }
    let Some(earliest) = view.due() else { return Ok(()) };
    let kept = loaded.due.is_some_and(|due| due <= earliest.max(now));
    hold(kept, || format!("something is due at {}, and the row says {:?}", earliest.0, loaded.due.map(|due| due.0)))
}

/// What must hold when everything has ended.
pub fn at_the_end(world: &World) {
    let Some(app) = world.app() else { return };
    let names: Vec<(ExecutionId, Seen)> = world.state().seen.clone().into_iter().collect();
    for (id, seen) in names {
        let name = world.name(&id);
        if !seen.ended {
            world.violation(format!("{name} never ends"));
        }
        let open = futures::executor::block_on(app.store().operations().open_of(&id));
        if open.map_or(true, |open| !open.is_empty()) {
            world.violation(format!("an operation of {name} never has an outcome"));
        }
    }
}
