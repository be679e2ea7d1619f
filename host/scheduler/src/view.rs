//! Everything that deciding needs to know of one execution.

use std::collections::BTreeMap;

use domain::execution::{Event, EventKind, Execution};
use domain::id::{Label, RefId};
use domain::operation::OperationKey;
use domain::params::Value;
use domain::pipeline::{Definition, Graph, validate::stage_key};
use domain::stage::{Planned, Stage, StageState, StoredStage, StoredState, Synthetic};
use domain::{Failure, StageId, Timestamp};

use crate::changes::{Changes, Order};

/// One execution with its stages. Top-level stages come first, in document order; synthetic ones follow as they are planned.
#[derive(Debug)]
pub struct View {
    /// The execution itself.
    pub execution: Execution,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// How many of them are top-level.
    pub top_level: usize,
    /// Since when it is paused, as far as the scheduler has acted on it.
    pub paused_since: Option<Timestamp>,
    /// Whether its stages were told of the cancel.
    pub cancel_told: bool,
    /// Milliseconds that a stage of a type may run when its document says nothing, from the catalogue.
    pub default_timeouts: BTreeMap<String, i64>,
    pub(crate) moves: u64,
    pub(crate) index: BTreeMap<StageId, usize>,
    pub(crate) changes: Changes,
}

/// Why a step gave no verdict: a fault of the plugin, not of the work.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened; class `internal`, a stable code, stack and last log lines in the details.
    pub failure: Failure,
    /// Whether another try on a fresh instance may help.
    pub retryable: bool,
}

impl View {
    /// The view of an execution before anything happened: its document's stages, none started.
    #[must_use]
    pub fn new(execution: Execution, definition: &Definition, graph: &Graph) -> View {
        let mut index = BTreeMap::new();
        let mut stages = Vec::with_capacity(definition.stages.len());
        for (position, stage) in definition.stages.iter().enumerate() {
            let id = StageId::derive(&execution.id, &stage.ref_id);
            index.insert(id.clone(), position);
            stages.push(Stage {
                id,
                ref_id: stage.ref_id.clone(),
                kind: stage_key(stage).to_owned(),
                provider: stage.provider.clone(),
                name: stage.name.clone(),
                synthetic: None,
                upstream: graph.upstream[position].clone(),
                downstream: graph.downstream[position].clone(),
                failure: stage.failure,
                timeout: stage.timeout,
                config: stage.config.clone(),
                run: 1,
                state: StageState::NotStarted,
            });
        }
        let top_level = stages.len();
        let (changes, default_timeouts) = (Changes::default(), BTreeMap::new());
        View {
            execution,
            stages,
            top_level,
            paused_since: None,
            cancel_told: false,
            default_timeouts,
            moves: 0,
            index,
            changes,
        }
    }

    /// Lays stored rows over a new view. Rows of synthetic stages must come parents first, as they were planned.
    ///
    /// # Errors
    /// The reference that does not fit the document: the store and the document disagree, which is a fault of ours.
    pub fn restore(&mut self, rows: Vec<StoredStage>) -> Result<(), RefId> {
        for row in rows {
            let position = match (&row.planned, self.index.get(&row.id)) {
                (_, Some(&position)) => position,
                (Some(planned), None) => self.attach(&row.ref_id, planned).ok_or_else(|| row.ref_id.clone())?,
                (None, None) => return Err(row.ref_id),
            };
            let stage = &mut self.stages[position];
            stage.run = row.run;
            stage.state = match row.state {
                StoredState::NotStarted => StageState::NotStarted,
                StoredState::Running(run) => StageState::Running(run),
                StoredState::Ended(ended) => StageState::Ended(ended),
            };
        }
        Ok(())
    }

    /// The stored form of the stage at `position`.
    #[must_use]
    pub fn stored(&self, position: usize) -> StoredStage {
        let stage = &self.stages[position];
        let planned = stage.synthetic.as_ref().map(|synthetic| Planned {
            parent: self.stages[synthetic.parent].ref_id.clone(),
            label: synthetic.label.clone(),
            local: synthetic.local.clone(),
            placement: synthetic.placement,
            requires: stage.upstream.iter().map(|&up| self.stages[up].ref_id.clone()).collect(),
            kind: stage.kind.clone(),
            name: stage.name.clone(),
            config: stage.config.clone(),
            failure: stage.failure,
        });
        let state = match &stage.state {
            StageState::NotStarted => StoredState::NotStarted,
            StageState::Running(run) => StoredState::Running(run.clone()),
            StageState::Ended(ended) => StoredState::Ended(ended.clone()),
        };
        StoredStage { id: stage.id.clone(), ref_id: stage.ref_id.clone(), run: stage.run, planned, state }
    }

    /// The position of a stage.
    #[must_use]
    pub fn position(&self, id: &StageId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Positions of the synthetic stages that `parent` planned under `label`.
    pub fn children<'v>(&'v self, parent: usize, label: &'v Label) -> impl Iterator<Item = usize> + 'v {
        (self.top_level..self.stages.len()).filter(move |&position| {
            self.stages[position]
                .synthetic
                .as_ref()
                .is_some_and(|place| place.parent == parent && place.label == *label)
        })
    }

    /// Takes what has changed and was ordered since the last call.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// What has changed and was ordered so far.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Takes the orders alone, so that reads can be answered before the commit.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.changes.orders)
    }

    /// The earliest moment at which time alone has something to decide: timers, timeouts, deadlines.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        crate::rules::time::next_due(self)
    }

    pub(crate) fn event(&mut self, at: Timestamp, kind: EventKind) {
        self.moves += 1;
        self.changes.events.push(Event { at, kind });
    }

    pub(crate) fn touch(&mut self, position: usize) {
        self.moves += 1;
        self.changes.stages.insert(position);
    }

    pub(crate) fn touch_execution(&mut self) {
        self.moves += 1;
        self.changes.execution = true;
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.changes.orders.push(order);
    }

    /// The identity of what the stage at `position` asks under `label`.
    #[must_use]
    pub fn key(&self, position: usize, label: &Label) -> OperationKey {
        let stage = &self.stages[position];
        OperationKey {
            execution: self.execution.id.clone(),
            stage: stage.id.clone(),
            run: stage.run,
            label: label.clone(),
        }
    }

    /// Adds a synthetic stage; absent when its parent or a requisite is unknown.
    pub(crate) fn attach(&mut self, ref_id: &RefId, planned: &Planned) -> Option<usize> {
        let find = |reference: &RefId| self.index.get(&StageId::derive(&self.execution.id, reference)).copied();
        let parent = find(&planned.parent)?;
        let upstream = planned.requires.iter().map(find).collect::<Option<Vec<usize>>>()?;
        let id = StageId::derive(&self.execution.id, ref_id);
        let position = self.stages.len();
        for &up in &upstream {
            self.stages[up].downstream.push(position);
        }
        self.index.insert(id.clone(), position);
        self.stages.push(Stage {
            id,
            ref_id: ref_id.clone(),
            kind: planned.kind.clone(),
            provider: planned.config.get("cloudProvider").and_then(|name| name.as_str()).map(str::to_owned),
            name: planned.name.clone(),
            synthetic: Some(Synthetic {
                parent,
                label: planned.label.clone(),
                local: planned.local.clone(),
                placement: planned.placement,
            }),
            upstream,
            downstream: Vec::new(),
            failure: planned.failure,
            timeout: planned.config.get("stageTimeoutMs").and_then(millis),
            config: planned.config.clone(),
            run: 1,
            state: StageState::NotStarted,
        });
        Some(position)
    }
}

fn millis(value: &Value) -> Option<i64> {
    value.as_f64().map(|millis| Timestamp::from_f64(millis).0)
}
