//! The outside world: what providers answer, and its own record of every call, held against what the host promised.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use domain::code::code;
use domain::environment::Environment;
use domain::operation::{Operation, OperationKey, OperationState};
use domain::plugin::call::{Meta, OperationCall, Pause, Progress, QueryCall, Scope, Turn, Wake};
use domain::stage::Verdict;
use domain::{Failure, FailureClass, Params};
use runtime::{Fault, FaultClass, StandIn};
use serde_json::json;

use super::logic;
use super::planted::Mistake;
use super::world::World;
use crate::soak::random::Random;

/// Most calls of operations at once, as the engine is told.
pub const CALLS: usize = 3;

/// Code of a fault that says nothing of the work: it must never become a stage's end.
pub const WEATHER: &str = "sim.weather";

/// What the outside has seen.
#[derive(Default)]
pub struct Outside {
    /// Keys by their text, of every operation that a drive has ordered.
    pub ordered: BTreeMap<String, OperationKey>,
    /// Keys whose outcome is durable.
    pub settled: BTreeSet<String>,
    /// Effects that happened.
    pub effects: u64,
    under_way: BTreeSet<String>,
    /// Keys that this process has the final answer of.
    answered: BTreeSet<String>,
    /// Tries by key, and the checkpoints that they began from.
    tries: BTreeMap<String, Vec<u32>>,
    faults: BTreeMap<String, u32>,
}

impl Outside {
    /// The process has died; what was under way may have happened.
    pub fn forget_process(&mut self) {
        self.under_way.clear();
        self.answered.clear();
    }
}

/// Answers for plugins.
pub struct Answers(pub Arc<World>);

#[async_trait]
impl StandIn for Answers {
    fn step(&self, _: &Scope, turn: &Turn<'_>) -> Option<Result<Verdict, Fault>> {
        let stage = format!("{}/{}", turn.meta.stage, turn.meta.run);
        if self.0.is_struck(&stage, 14) {
            return Some(Err(weather()));
        }
        logic::step(turn).map(Ok)
    }

    async fn operate(&self, _: &Scope, call: &OperationCall) -> Option<Result<Progress, Fault>> {
        Some(operate(&self.0, call).await)
    }

    async fn query(&self, _: &Scope, _: &QueryCall) -> Option<Result<Result<Params, Failure>, Fault>> {
        let (slow, fails) = (self.0.below(8), self.0.one_in(8));
        if slow < 3 {
            // Beyond the patience of a drive, some of them.
            let wait = i64::try_from(slow * 60).unwrap_or(0);
            let due = self.0.environment.world_time().plus(wait);
            self.0.environment.sleep_until(due).await;
        }
        let unavailable = || Failure::new(FailureClass::Unavailable, code("sim.unavailable"), "It cannot be seen.");
        Some(Ok(if fails { Err(unavailable()) } else { Ok(Params::new(json!({ "seen": slow }))) }))
    }
}

impl World {
    /// Whether bad weather strikes this call: one in `times`, and never so often in a row that it could end a stage.
    fn is_struck(&self, what: &str, times: u64) -> bool {
        if self.state().calm || !self.one_in(times) {
            return false;
        }
        let mut outside = self.outside();
        let faults = outside.faults.entry(what.to_owned()).or_default();
        *faults += 1;
        *faults <= 2
    }
}

fn weather() -> Fault {
    let failure = Failure::new(FailureClass::Internal, code(WEATHER), "The weather is bad.");
    Fault { failure, retryable: true, class: FaultClass::Host }
}

async fn operate(world: &Arc<World>, call: &OperationCall) -> Result<Progress, Fault> {
    let mut key = call.idempotency_key.clone();
    let place = checkpoint(call);
    if world.plants(Mistake::KeyGrowsWithTries) && call.repeated {
        key.push('+');
    }
    begin(world, &key, place, call);
    if world.plants(Mistake::CallsTwice) && world.one_in(6) {
        begin(world, &key, place, call);
    }
    let answer = answer(world, &key, place, call).await;
    let mut outside = world.outside();
    outside.under_way.remove(&key);
    if matches!(answer, Ok(Progress::Done(_) | Progress::Failed(_))) {
        outside.answered.insert(key);
    }
    answer
}

/// Performs an operation that somebody began before its time.
pub async fn too_soon(world: &Arc<World>, operation: Operation) {
    let key = &operation.key;
    let call = OperationCall {
        meta: Meta {
            application: operation.application.clone(),
            pipeline: String::new(),
            execution: key.execution.to_string(),
            stage: key.stage.to_string(),
            run: key.run,
            started: operation.ordered,
            now: operation.ordered,
            trace_parent: None,
        },
        account: None,
        kind: operation.request.kind.clone(),
        input: operation.request.input.clone(),
        idempotency_key: key.idempotency_key(),
        repeated: false,
        dry_run: false,
        checkpoint: None,
        cancelling: false,
    };
    // Nobody waits for what comes of it.
    let _ = operate(world, &call).await;
}

fn checkpoint(call: &OperationCall) -> u32 {
    let text = call.checkpoint.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Records a call and holds it against what was promised.
fn begin(world: &Arc<World>, key: &str, place: u32, call: &OperationCall) {
    let name = world.short(key);
    world.tell(&format!(
        "call {name} {} from {place}{}{}",
        call.kind,
        if call.repeated { " repeated" } else { "" },
        if call.cancelling { " cancelling" } else { "" }
    ));
    let ordered = world.outside().ordered.get(key).cloned();
    let Some(ordered) = ordered else {
        return world.violation(format!("an effect under {name}, which nobody ordered"));
    };
    let row = world.store().map(|store| futures::executor::block_on(async { store.operations().get(&ordered).await }));
    match row {
        Some(Ok(Some(row))) if matches!(row.state, OperationState::Ended { .. }) => {
            world.violation(format!("{name} was called after its outcome"));
        }
        Some(Ok(None)) => world.violation(format!("{name} was called before the commit that orders it")),
        Some(Err(error)) => world.violation(format!("the store cannot be read: {error}")),
        _ => {}
    }
    let mut outside = world.outside();
    outside.effects += 1;
    let mut wrong = Vec::new();
    if outside.settled.contains(key) {
        wrong.push("was called although its outcome is durable");
    }
    if outside.answered.contains(key) {
        wrong.push("was called again after its answer");
    }
    if !outside.under_way.insert(key.to_owned()) {
        wrong.push("was called while a call of it was under way");
    }
    if outside.under_way.len() > CALLS {
        wrong.push("is one call more than are allowed at once");
    }
    let tries = outside.tries.entry(key.to_owned()).or_default();
    if tries.iter().any(|before| *before > place) {
        wrong.push("went back behind a checkpoint that was kept");
    }
    if tries.contains(&place) && !call.repeated {
        wrong.push("was not told that it may be a repeat");
    }
    if tries.contains(&place) && call.kind == "never" {
        wrong.push("must never be repeated, and was");
    }
    tries.push(place);
    drop(outside);
    for wrong in wrong {
        world.violation(format!("{name} {wrong}"));
    }
}

/// What comes of a call: a function of the key and the checkpoint, but for the weather.
async fn answer(world: &Arc<World>, key: &str, place: u32, call: &OperationCall) -> Result<Progress, Fault> {
    let mut temper = Random::new(world.seed ^ hash(key.trim_end_matches('+')));
    let (nature, patience) = (temper.below(10), temper.below(12_000));
    let slow = world.below(4);
    if slow == 0 {
        let wait = i64::try_from(world.below(3_000)).unwrap_or(0);
        let due = world.environment.world_time().plus(wait);
        world.environment.sleep_until(due).await;
    }
    if call.kind != "never" && world.is_struck(key, 10) {
        if world.plants(Mistake::WeatherIsAResult) {
            return Ok(Progress::Failed(weather().failure));
        }
        return Err(weather());
    }
    let failed = |class, word, text: &str| Ok(Progress::Failed(Failure::new(class, code(word), text)));
    if call.cancelling {
        return failed(FailureClass::Cancelled, "sim.cancelled", "It was called off.");
    }
    let again = |wait: u64| {
        let wakes = vec![Wake::After(u32::try_from(wait).unwrap_or(1_000))];
        Ok(Progress::Again(Pause { checkpoint: (place + 1).to_string().into_bytes(), wakes, progress: None }))
    };
    match nature {
        0 => failed(FailureClass::Conflict, "sim.refused", "The far side refuses."),
        1..=3 if place < 3 => again(patience / 3 + 1),
        // It never ends by itself.
        4 => again(5_000 + patience),
        _ => Ok(Progress::Done(Params::new(json!({ "done": place })))),
    }
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
