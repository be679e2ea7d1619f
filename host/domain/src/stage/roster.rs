//! The stages of an execution, from its document and from stored rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::state::{Stage, StageState, Synthetic};
use super::stored::{Planned, StoredStage, StoredState};
use crate::id::{ExecutionId, RefId, StageId};
use crate::pipeline::validate::stage_key;
use crate::pipeline::{Definition, Graph};
use crate::time::Timestamp;

/// All stages of one execution. Top-level ones come first, in document order; synthetic ones follow as they were planned.
#[derive(Debug)]
pub struct Roster {
    /// The stages.
    pub stages: Vec<Stage>,
    execution: ExecutionId,
    index: BTreeMap<StageId, usize>,
}

impl Roster {
    /// The stages of a document, none started.
    #[must_use]
    pub fn new(execution: &ExecutionId, definition: &Definition, graph: &Graph) -> Roster {
        let mut roster = Roster { stages: Vec::new(), execution: execution.clone(), index: BTreeMap::new() };
        for (position, stage) in definition.stages.iter().enumerate() {
            let id = StageId::derive(execution, &stage.ref_id);
            roster.index.insert(id.clone(), position);
            roster.stages.push(Stage {
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
                start_expiry: stage.start_expiry,
                config: stage.config.clone(),
                kept: None,
                run: 1,
                state: StageState::NotStarted,
            });
        }
        roster
    }

    /// Lays stored rows over the stages. Rows of synthetic stages must come parents first, as they were planned.
    ///
    /// # Errors
    /// The reference that does not fit the document: the store and the document disagree, which is a fault of ours.
    pub fn restore(&mut self, rows: Vec<StoredStage>) -> Result<(), RefId> {
        for row in rows {
            let position = match (&row.planned, self.position(&row.id)) {
                (_, Some(position)) => position,
                (Some(planned), None) => self.attach(&row.ref_id, planned).ok_or_else(|| row.ref_id.clone())?,
                (None, None) => return Err(row.ref_id),
            };
            let stage = &mut self.stages[position];
            stage.run = row.run;
            stage.kept = row.kept;
            stage.state = match row.state {
                StoredState::NotStarted => StageState::NotStarted,
                StoredState::Running(run) => StageState::Running(run),
                StoredState::Ended(ended) => StageState::Ended(ended),
            };
        }
        Ok(())
    }

    /// The position of a stage.
    #[must_use]
    pub fn position(&self, id: &StageId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Adds a synthetic stage; absent when its parent or a requisite is unknown.
    pub fn attach(&mut self, ref_id: &RefId, planned: &Planned) -> Option<usize> {
        let find = |reference: &RefId| self.position(&StageId::derive(&self.execution, reference));
        let parent = find(&planned.parent)?;
        let upstream = planned.requires.iter().map(find).collect::<Option<Vec<usize>>>()?;
        let id = StageId::derive(&self.execution, ref_id);
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
            timeout: planned.config.get("stageTimeoutMs").and_then(Value::as_f64).map(|ms| Timestamp::from_f64(ms).0),
            start_expiry: None,
            config: planned.config.clone(),
            kept: None,
            run: self.stages[parent].run,
            state: StageState::NotStarted,
        });
        Some(position)
    }

    /// Takes out synthetic stages, which must hold their own children as well. Returns where each of the others stands now.
    pub fn detach(&mut self, gone: &BTreeSet<usize>) -> BTreeMap<usize, usize> {
        let left: Vec<usize> = (0..self.stages.len()).filter(|position| !gone.contains(position)).collect();
        let moved: BTreeMap<usize, usize> = left.iter().enumerate().map(|(now, &before)| (before, now)).collect();
        let follow = |positions: &mut Vec<usize>| {
            *positions = positions.iter().filter_map(|position| moved.get(position).copied()).collect();
        };
        let mut position = 0;
        self.stages.retain(|_| {
            position += 1;
            !gone.contains(&(position - 1))
        });
        self.index.clear();
        for (position, stage) in self.stages.iter_mut().enumerate() {
            follow(&mut stage.upstream);
            follow(&mut stage.downstream);
            if let Some(place) = &mut stage.synthetic {
                place.parent = moved.get(&place.parent).copied().unwrap_or(place.parent);
            }
            self.index.insert(stage.id.clone(), position);
        }
        moved
    }
}
