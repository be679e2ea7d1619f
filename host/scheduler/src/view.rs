//! Everything that deciding needs to know of one execution.

use std::collections::{BTreeMap, BTreeSet};

use domain::execution::{Event, EventKind, Execution};
use domain::id::{Label, RefId};
use domain::operation::OperationKey;
use domain::pipeline::{Definition, Graph};
use domain::stage::{Planned, Roster, StageState, StoredStage, StoredState};
use domain::window::Zone;
use domain::{Failure, StageId, Timestamp};

use crate::changes::{Changes, Order};

/// One execution with its stages. Top-level stages come first, in document order; synthetic ones follow as they are planned.
#[derive(Debug)]
pub struct View {
    /// The execution itself.
    pub execution: Execution,
    /// Its stages.
    pub roster: Roster,
    /// How many of them are top-level.
    pub top_level: usize,
    /// Since when it is paused, as far as the scheduler has acted on it.
    pub paused_since: Option<Timestamp>,
    /// Whether its stages were told of the cancel.
    pub cancel_told: bool,
    /// Milliseconds that a stage of a type may run when its document says nothing, from the catalogue.
    pub default_timeouts: BTreeMap<String, i64>,
    /// Time zone of execution windows.
    pub zone: Zone,
    pub(crate) moves: u64,
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

impl std::ops::Deref for View {
    type Target = Roster;

    fn deref(&self) -> &Roster {
        &self.roster
    }
}

impl std::ops::DerefMut for View {
    fn deref_mut(&mut self) -> &mut Roster {
        &mut self.roster
    }
}

impl View {
    /// The view of an execution before anything happened: its document's stages, none started.
    #[must_use]
    pub fn new(execution: Execution, definition: &Definition, graph: &Graph) -> View {
        let roster = Roster::new(&execution.id, definition, graph);
        View {
            top_level: roster.stages.len(),
            execution,
            roster,
            paused_since: None,
            cancel_told: false,
            default_timeouts: BTreeMap::new(),
            zone: Zone::default(),
            moves: 0,
            changes: Changes::default(),
        }
    }

    /// Lays stored rows over a new view. Rows of synthetic stages must come parents first, as they were planned.
    ///
    /// # Errors
    /// The reference that does not fit the document: the store and the document disagree, which is a fault of ours.
    pub fn restore(&mut self, rows: Vec<StoredStage>) -> Result<(), RefId> {
        self.roster.restore(rows)
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
        StoredStage {
            id: stage.id.clone(),
            ref_id: stage.ref_id.clone(),
            run: stage.run,
            planned,
            kept: stage.kept.clone(),
            state,
        }
    }

    /// The position of a stage.
    #[must_use]
    pub fn position(&self, id: &StageId) -> Option<usize> {
        self.roster.position(id)
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

    /// Takes out synthetic stages.
    pub(crate) fn remove(&mut self, gone: &BTreeSet<usize>) {
        self.changes.removed.extend(gone.iter().map(|&position| self.roster.stages[position].ref_id.clone()));
        let moved = self.roster.detach(gone);
        let stages = std::mem::take(&mut self.changes.stages);
        self.changes.stages = stages.iter().filter_map(|position| moved.get(position).copied()).collect();
        self.moves += 1;
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
}
