//! Random graphs, random stages, random outcomes, crashes before and after every commit: whatever happens, the invariants of
//! design §3 and §5 hold, and the same seed takes the same way.

use std::collections::{BTreeMap, BTreeSet};

use domain::execution::{Control, ControlKind, Event, EventKind, Execution, ExecutionState, Fact};
use domain::id::{ExecutionId, Label, RefId};
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph};
use domain::stage::request::{ChildGraph, ChildStage, Demand, Due, Notice, OperationRequest, Placement, Request};
use domain::stage::{Finish, FinishStatus, Patch, Stage, StageState, StoredStage, Verdict, Waiting};
use domain::{Failure, FailureClass, Params, StageId, Timestamp, code::code};
use proptest::prelude::*;
use scheduler::{Fault, Order, View, decide, receive, settle};

/// SplitMix64: enough randomness for a test, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// A document of 1 to 8 stages, each waiting for some before it, with random failure flags.
fn document(random: &mut Random) -> Params {
    let count = 1 + random.below(8);
    let stages: Vec<String> = (0..count)
        .map(|index| {
            let requires: Vec<String> =
                (0..index).filter(|_| random.below(3) == 0).map(|before| format!("\"{before}\"")).collect();
            let flags = match random.below(5) {
                0 => r#","continuePipeline":true"#,
                1 => r#","failPipeline":false"#,
                2 => r#","failPipeline":false,"completeOtherBranchesThenFail":true"#,
                3 => r#","stageTimeoutMs":5000"#,
                _ => "",
            };
            format!(r#"{{"refId":"{index}","type":"random","requisiteStageRefIds":[{}]{flags}}}"#, requires.join(","))
        })
        .collect();
    Params::parse(&format!(r#"{{"name":"random","stages":[{}]}}"#, stages.join(","))).expect("a document")
}

/// What a stage does, as a function of who it is and of its answers alone.
fn step(seed: u64, view: &View, position: usize) -> Result<Verdict, Fault> {
    let stage = &view.stages[position];
    let run = stage.running().expect("only running stages are stepped");
    let name: u64 =
        stage.ref_id.as_str().bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let count = run.answers.len() as u64;
    let mut random = Random(name ^ count.wrapping_mul(0x1234_5678_9abc_def1));
    let told = run.answers.iter().any(|answer| answer.label.as_str() == "$cancel");
    let patch =
        Patch { phases: (0..=count.min(3)).map(|phase| format!("phase {phase}")).collect(), ..Patch::default() };
    let finish =
        |status, problem| Ok(Verdict::Finished(Finish { status, patch: patch.clone(), problem, acting_as: None }));
    if told && !name.is_multiple_of(3) {
        return finish(FinishStatus::Cancelled, None);
    }
    if random.below(30) == 0 && run.faults == 0 {
        let failure = Failure::new(FailureClass::Internal, code("plugin.trap"), "a planned trap");
        return Err(Fault { failure, retryable: true });
    }
    if count >= 6 || random.below(3) == 0 {
        let failed = Failure::new(FailureClass::Conflict, code("random.failed"), "a planned failure");
        return match random.below(8) {
            0 => finish(FinishStatus::Failed, Some(failed)),
            1 => finish(FinishStatus::Stopped, None),
            2 => finish(FinishStatus::Skipped, None),
            _ => finish(FinishStatus::Succeeded, None),
        };
    }
    let nested = stage.ref_id.as_str().contains('<');
    let request = Request { label: Label::from(format!("ask {count}")), demand: demand(&mut random, nested) };
    let withdraw = run.pending.iter().filter(|_| name.is_multiple_of(5)).map(|pending| pending.label.clone()).collect();
    Ok(Verdict::Waiting(Waiting { patch, requests: vec![request], withdraw, progress: None, state: Some(vec![1]) }))
}

fn demand(random: &mut Random, nested: bool) -> Demand {
    let millis = random.below(4_000) as u32;
    match random.below(if nested { 4 } else { 5 }) {
        0 => Demand::Timer(Due::After(millis)),
        1 => Demand::Timer(Due::Active(millis)),
        2 => Demand::Notify(Notice { when: "now".into(), detail: Params::null() }),
        4 => {
            let child = |reference: &str, requires: &[&str]| ChildStage {
                reference: reference.into(),
                requires: requires.iter().map(|one| RefId::from(*one)).collect(),
                kind: "random".into(),
                name: reference.into(),
                config: Params::object(),
            };
            let stages = vec![child("b", &["a"]), child("a", &[]), child("c", &[])];
            Demand::RunStages(ChildGraph { placement: Placement::Before, stages })
        }
        _ => Demand::Operate(OperationRequest {
            account: None,
            provider: Some("p".into()),
            kind: "k".into(),
            input: Params::null(),
            pace: None,
        }),
    }
}

/// What a store would hold: all that survives a crash.
struct Store {
    execution: Execution,
    paused_since: Option<Timestamp>,
    cancel_told: bool,
    rows: BTreeMap<StageId, (usize, StoredStage)>,
    operations: BTreeMap<OperationKey, Timestamp>,
    inbox: Vec<Fact>,
    events: Vec<Event>,
    ordered: BTreeSet<OperationKey>,
}

struct Play {
    seed: u64,
    random: Random,
    definition: Definition,
    graph: Graph,
    store: Store,
    now: Timestamp,
    crashes: bool,
}

impl Play {
    fn new(seed: u64, crashes: bool) -> Play {
        let mut random = Random(seed);
        let (definition, problems) = Definition::read(&document(&mut random));
        assert!(problems.is_empty(), "{problems:?}");
        let graph = Graph::build(&definition.stages).expect("a graph");
        let execution = Execution {
            id: ExecutionId::from("01HF7YAT00RANDOM0000000000"),
            application: "random".into(),
            pipeline: None,
            name: "random".into(),
            parent: None,
            trigger: Params::object(),
            principal: "somebody".into(),
            roles: Vec::new(),
            created: Timestamp(0),
            catalog: 1,
            state: ExecutionState::NotStarted,
            control: Control::default(),
        };
        let store = Store {
            execution,
            paused_since: None,
            cancel_told: false,
            rows: BTreeMap::new(),
            operations: BTreeMap::new(),
            inbox: Vec::new(),
            events: Vec::new(),
            ordered: BTreeSet::new(),
        };
        Play { seed, random, definition, graph, store, now: Timestamp(0), crashes }
    }

    fn load(&self) -> View {
        let mut view = View::new(self.store.execution.clone(), &self.definition, &self.graph);
        view.paused_since = self.store.paused_since;
        view.cancel_told = self.store.cancel_told;
        let mut rows: Vec<_> = self.store.rows.values().cloned().collect();
        rows.sort_by_key(|(position, _)| *position);
        view.restore(rows.into_iter().map(|(_, row)| row).collect()).expect("rows that fit the document");
        view
    }

    fn run(mut self) -> Vec<Event> {
        for _ in 0..3_000 {
            self.people();
            if !self.drive() {
                continue; // it crashed; recovery drives at once
            }
            if matches!(self.store.execution.state, ExecutionState::Ended { .. }) {
                assert!(self.store.inbox.is_empty() || self.store.operations.is_empty());
                return self.store.events;
            }
            if self.store.execution.control.kind == ControlKind::Pause {
                continue;
            }
            let due = self.store.operations.values().copied().chain(self.load().due()).min();
            let next = due.unwrap_or_else(|| panic!("seed {}: not ended, and nothing is due: a zombie", self.seed));
            self.now = self.now.max(next);
        }
        panic!("seed {}: the execution never ends", self.seed);
    }

    /// Now and then somebody pauses, resumes or cancels.
    fn people(&mut self) {
        let kind = match (self.random.below(40), self.store.execution.control.kind) {
            (0, ControlKind::Run) => ControlKind::Pause,
            (1, ControlKind::Run | ControlKind::Pause) => ControlKind::Cancel,
            (_, ControlKind::Pause) => {
                self.now = self.now.plus(2_500);
                ControlKind::Run
            }
            _ => return,
        };
        self.store.execution.control = Control { kind, by: Some("alice".into()), reason: None, at: Some(self.now) };
    }

    /// One drive; false when the process died before the commit, so that everything since the load is forgotten.
    fn drive(&mut self) -> bool {
        let ready: Vec<OperationKey> =
            self.store.operations.iter().filter(|(_, at)| **at <= self.now).map(|(key, _)| key.clone()).collect();
        let mut view = self.load();
        let facts: Vec<Fact> = ready.iter().map(|key| self.outcome(key)).chain(self.store.inbox.clone()).collect();
        let (mut orders, mut events, mut dirty) = (Vec::new(), Vec::new(), BTreeSet::new());
        for fact in facts {
            receive(&mut view, fact, self.now);
        }
        loop {
            let due = decide(&mut view, self.now);
            for &position in &due {
                let outcome = step(self.seed, &view, position);
                assert_eq!(format!("{outcome:?}"), format!("{:?}", step(self.seed, &view, position)));
                settle(&mut view, position, outcome, self.now);
            }
            let changes = view.take_changes();
            events.extend(changes.events);
            dirty.extend(changes.stages);
            let mut answered = false;
            for order in changes.orders {
                if let Order::Notify { key, .. } = order {
                    let outcome = Ok(Params::null());
                    receive(
                        &mut view,
                        Fact::Answered { stage: key.stage, run: key.run, label: key.label, by: None, outcome },
                        self.now,
                    );
                    answered = true;
                } else {
                    orders.push(order);
                }
            }
            if due.is_empty() && !answered {
                break;
            }
            if self.crashes && self.random.below(12) == 0 {
                return false;
            }
        }
        self.commit(&view, ready, orders, events, &dirty);
        true
    }

    fn outcome(&self, key: &OperationKey) -> Fact {
        let mut random = Random(self.seed ^ key.idempotency_key().len() as u64);
        let outcome = if random.below(4) == 0 {
            Err(Failure::new(FailureClass::Unavailable, code("random.refused"), "a planned refusal"))
        } else {
            Ok(Params::null())
        };
        Fact::Answered { stage: key.stage.clone(), run: key.run, label: key.label.clone(), by: None, outcome }
    }

    fn commit(
        &mut self,
        view: &View,
        ended: Vec<OperationKey>,
        orders: Vec<Order>,
        events: Vec<Event>,
        dirty: &BTreeSet<usize>,
    ) {
        self.check(view, &events);
        self.store.inbox.clear();
        self.store.execution = view.execution.clone();
        self.store.paused_since = view.paused_since;
        self.store.cancel_told = view.cancel_told;
        for &position in dirty {
            let row = view.stored(position);
            self.store.rows.insert(row.id.clone(), (position, row));
        }
        for key in ended {
            self.store.operations.remove(&key);
        }
        for order in orders {
            match order {
                Order::Operate { key, .. } => {
                    assert!(self.store.ordered.insert(key.clone()), "seed {}: {key:?} was ordered twice", self.seed);
                    self.store.operations.insert(key, self.now.plus(self.random.below(3_000) as i64));
                }
                Order::CancelOperation(key) => {
                    if let Some(at) = self.store.operations.get_mut(&key) {
                        *at = self.now;
                    }
                }
                Order::CloseQuestion(_) => {}
                other => panic!("seed {}: unexpected {other:?}", self.seed),
            }
        }
        self.store.events.extend(events);
    }

    fn check(&self, view: &View, events: &[Event]) {
        let seed = self.seed;
        for stage in &view.stages {
            if let StageState::Running(run) = &stage.state {
                let alive = run.due || run.ending.is_some() || run.pending.iter().any(|pending| !pending.withdrawn);
                assert!(alive, "seed {seed}: {} runs without anything that could wake it", stage.ref_id);
                let labels: Vec<&str> = run.answers.iter().map(|answer| answer.label.as_str()).collect();
                let distinct: BTreeSet<&str> = labels.iter().copied().collect();
                assert_eq!(
                    labels.len(),
                    distinct.len(),
                    "seed {seed}: {} was answered twice: {labels:?}",
                    stage.ref_id
                );
            }
            let satisfied = |stage: &Stage| stage.upstream.iter().all(|&up| view.stages[up].status().satisfies());
            assert!(
                matches!(stage.state, StageState::NotStarted) || satisfied(stage),
                "seed {seed}: {} started early",
                stage.ref_id
            );
        }
        for (_, row) in self.store.rows.values() {
            if let domain::stage::StoredState::Ended(before) = &row.state {
                let now = view.position(&row.id).map(|position| &view.stages[position].state);
                assert!(
                    matches!(now, Some(StageState::Ended(after)) if after == before),
                    "seed {seed}: a terminal state changed"
                );
            }
        }
        let mut started = BTreeSet::new();
        for event in self.store.events.iter().chain(events) {
            if let EventKind::StageStarted { reference, .. } = &event.kind {
                assert!(started.insert(reference.clone()), "seed {seed}: {reference} started twice");
            }
        }
        if matches!(view.execution.state, ExecutionState::Ended { .. }) {
            assert!(view.stages.iter().all(|stage| stage.running().is_none()), "seed {seed}: ended while a stage runs");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_under_crashes(seed in any::<u64>()) {
        Play::new(seed, true).run();
    }

    #[test]
    fn the_same_seed_takes_the_same_way(seed in any::<u64>()) {
        prop_assert_eq!(Play::new(seed, true).run(), Play::new(seed, true).run());
    }
}
