//! What people were promised: once a pause or a cancel is acknowledged, nothing is ordered after it but what it allows.

use std::collections::BTreeMap;

use domain::execution::{ControlKind, EventKind};
use domain::id::ExecutionId;
use domain::stage::StoredState;
use store::DriveCommit;

/// Acknowledged wishes.
#[derive(Default)]
pub struct Wishes {
    acknowledged: BTreeMap<ExecutionId, ControlKind>,
    /// As they were when a drive was handed in, by the version that it had seen.
    handed_in: BTreeMap<(ExecutionId, i64), ControlKind>,
    /// Resumes that are on their way: what is acknowledged meanwhile may not last.
    resuming: BTreeMap<ExecutionId, usize>,
    /// Facts that were acknowledged, by execution.
    pub facts: BTreeMap<ExecutionId, i64>,
    /// Patches that were handed in, by execution.
    pub patches: BTreeMap<ExecutionId, usize>,
}

impl Wishes {
    /// A resume sets out: from here on the execution may go on, acknowledged or not.
    pub fn resume(&mut self, execution: &ExecutionId) {
        *self.resuming.entry(execution.clone()).or_default() += 1;
        if self.of(execution) == ControlKind::Pause {
            self.acknowledged.remove(execution);
        }
    }

    /// A resume has been answered.
    pub fn resumed(&mut self, execution: &ExecutionId) {
        if let Some(count) = self.resuming.get_mut(execution) {
            *count = count.saturating_sub(1);
        }
    }

    /// The process has died: nobody answers what is on its way.
    pub fn forget_process(&mut self) {
        self.resuming.clear();
    }

    /// Somebody's pause or cancel was acknowledged.
    pub fn acknowledge(&mut self, execution: &ExecutionId, kind: ControlKind) {
        let unsure = kind == ControlKind::Pause && self.resuming.get(execution).is_some_and(|count| *count > 0);
        if unsure || self.of(execution) == ControlKind::Cancel {
            return;
        }
        self.acknowledged.insert(execution.clone(), kind);
    }

    /// The wish that holds.
    #[must_use]
    pub fn of(&self, execution: &ExecutionId) -> ControlKind {
        self.acknowledged.get(execution).copied().unwrap_or(ControlKind::Run)
    }

    /// A drive was handed in.
    pub fn hand_in(&mut self, commit: &DriveCommit) {
        let kind = self.of(&commit.execution);
        self.handed_in.insert((commit.execution.clone(), commit.version), kind);
    }

    /// What a commit that passed did against a wish that was acknowledged before it was handed in.
    #[must_use]
    pub fn broken_by(&self, commit: &DriveCommit) -> Option<String> {
        let kind = self.handed_in.get(&(commit.execution.clone(), commit.version)).copied().unwrap_or(ControlKind::Run);
        if kind == ControlKind::Run {
            return None;
        }
        let started = commit.events.iter().find_map(|event| match &event.kind {
            EventKind::StageStarted { reference, .. } => Some(reference.to_string()),
            _ => None,
        });
        if let Some(reference) = started {
            return Some(format!("stage {reference} started after {kind:?} was acknowledged"));
        }
        let cleans_up = |stage: &domain::StageId| {
            let row = commit.stages.iter().find(|row| row.id == *stage);
            row.is_some_and(|row| match &row.state {
                StoredState::Running(run) => run.cancelled.is_some(),
                _ => true,
            })
        };
        let ordered = commit.operations.iter().find(|operation| !cleans_up(&operation.key.stage));
        ordered.map(|operation| format!("`{}` was ordered after {kind:?} was acknowledged", operation.request.kind))
    }
}
