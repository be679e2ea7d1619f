//! The order in which a stage inherits outputs (§2.3), and the graph around a stage.
use std::collections::HashSet;

use super::{Execution, Owner, Stage};

/// The stage, then its ancestors, nearest first.
pub(super) fn lineage(stages: &[Stage<'_>], stage: usize) -> Vec<usize> {
    let mut found = vec![stage];
    let mut visited = HashSet::new();
    let mut due = vec![stage];
    // A stack instead of recursion: a chain of 2,000 stages must not take 2,000 frames.
    while let Some(next) = due.pop() {
        let Some(of) = stages.get(next) else { continue };
        if of.requisites.is_empty() {
            from_parent(stages, of, &mut found, &mut visited, &mut due);
            continue;
        }
        let requisites: Vec<usize> = (0..stages.len())
            .filter(|at| stages.get(*at).is_some_and(|s| of.requisites.contains(&s.ref_id)))
            .filter(|at| stages.get(*at).is_some_and(|s| visited.insert(s.ref_id)))
            .collect();
        let ids: Vec<&str> = requisites.iter().filter_map(|at| stages.get(*at)).map(|s| s.id).collect();
        found.extend(&requisites);
        found.extend((0..stages.len()).filter(|at| {
            stages.get(*at).is_some_and(|s| s.owner.is_some() && s.parent.is_some_and(|id| ids.contains(&id)))
        }));
        due.extend(requisites.iter().rev());
    }
    found
}

fn from_parent<'a>(
    stages: &[Stage<'a>],
    of: &Stage<'a>,
    found: &mut Vec<usize>,
    visited: &mut HashSet<&'a str>,
    due: &mut Vec<usize>,
) {
    let Some(parent) = of.parent.and_then(|id| stages.iter().position(|s| s.id == id)) else {
        return;
    };
    if !stages.get(parent).is_some_and(|parent| visited.insert(parent.ref_id)) {
        return;
    }
    if of.owner == Some(Owner::After) {
        found.extend(
            (0..stages.len())
                .filter(|at| stages.get(*at).is_some_and(|s| s.parent == of.parent && s.owner == Some(Owner::Before))),
        );
    }
    found.push(parent);
    due.push(parent);
}

impl Execution<'_> {
    /// The stages that a stage waits for.
    pub(crate) fn direct_ancestors(&self, stage: usize) -> Vec<usize> {
        let Some(of) = self.stages.get(stage) else {
            return Vec::new();
        };
        self.positions(|other| of.requisites.contains(&other.ref_id))
    }

    /// The stages that wait for a stage.
    pub(crate) fn downstream(&self, stage: usize) -> Vec<usize> {
        let Some(of) = self.stages.get(stage) else {
            return Vec::new();
        };
        self.positions(|other| other.requisites.contains(&of.ref_id))
    }

    /// The stages that a stage made.
    pub(crate) fn children(&self, stage: usize) -> Vec<usize> {
        let Some(of) = self.stages.get(stage) else {
            return Vec::new();
        };
        self.positions(|other| other.parent == Some(of.id))
    }

    /// Everything that waits for a stage, however far, each stage once.
    pub(crate) fn all_downstream(&self, stage: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut due = self.downstream(stage);
        while !due.is_empty() {
            let mut next = Vec::new();
            for at in due {
                if !found.contains(&at) {
                    found.push(at);
                    next.extend(self.downstream(at));
                }
            }
            due = next;
        }
        found
    }

    /// Top-level stages so that each comes after those it waits for.
    pub(crate) fn topological(&self) -> Vec<usize> {
        let mut left = self.positions(|stage| stage.parent.is_none());
        let mut sorted: Vec<usize> = Vec::new();
        let mut done: HashSet<&str> = HashSet::new();
        while !left.is_empty() {
            let (ready, waiting): (Vec<usize>, Vec<usize>) = left.iter().partition(|at| {
                self.stages.get(**at).is_some_and(|stage| stage.requisites.iter().all(|r| done.contains(r)))
            });
            if ready.is_empty() {
                break;
            }
            done.extend(ready.iter().filter_map(|at| self.stages.get(*at)).map(|stage| stage.ref_id));
            sorted.extend(ready);
            left = waiting;
        }
        sorted
    }

    fn positions(&self, fits: impl Fn(&Stage<'_>) -> bool) -> Vec<usize> {
        self.stages.iter().enumerate().filter(|(_, stage)| fits(stage)).map(|(at, _)| at).collect()
    }
}
