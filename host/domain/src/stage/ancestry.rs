//! Looking up context keys: own keys, then the outputs of ancestors, nearest first (reference pipelines-and-stages.md §2.15).

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::state::{Stage, Synthetic};

/// The value of `key` as seen by the stage at `position`: its own context or configuration (even a null there hides the rest),
/// else the nearest ancestor's outputs. Ancestors' contexts are not inherited, and parallel branches do not see each other.
#[must_use]
pub fn lookup<'v>(stages: &'v [Stage], position: usize, key: &str) -> Option<&'v Value> {
    own(stages.get(position)?, key).or_else(|| inherited(stages, position, key))
}

/// The value of `key` in the stage's own context, else in its configuration.
#[must_use]
pub fn own<'v>(stage: &'v Stage, key: &str) -> Option<&'v Value> {
    stage.record().and_then(|record| record.context.get(key)).or_else(|| stage.configuration().get(key))
}

fn inherited<'v>(stages: &'v [Stage], position: usize, key: &str) -> Option<&'v Value> {
    ancestors(stages, position).find_map(|ancestor| stages[ancestor].record()?.outputs.get(key))
}

/// The stage itself, then its ancestors, nearest first: requisites (each followed by its synthetic children), earlier synthetic
/// siblings' requisites included, then the parent and the parent's ancestors.
pub fn ancestors(stages: &[Stage], position: usize) -> impl Iterator<Item = usize> {
    let mut seen = BTreeSet::from([position]);
    let mut queue = VecDeque::from([position]);
    let mut order = Vec::new();
    while let Some(next) = queue.pop_front() {
        order.push(next);
        let Some(stage) = stages.get(next) else {
            continue;
        };
        let mut visit = |candidate: usize| {
            if seen.insert(candidate) {
                queue.push_back(candidate);
            }
        };
        for &up in &stage.upstream {
            visit(up);
            children_of(stages, up).for_each(&mut visit);
        }
        if let Some(place) = &stage.synthetic {
            earlier(stages, next, place).for_each(&mut visit);
            visit(place.parent);
        }
    }
    order.into_iter()
}

/// Synthetic siblings that the parent had planned before those of this stage's graph.
fn earlier<'s>(stages: &'s [Stage], position: usize, place: &'s Synthetic) -> impl Iterator<Item = usize> + 's {
    let before = stages.iter().enumerate().take(position);
    let sibling = |stage: &Stage| {
        stage.synthetic.as_ref().is_some_and(|other| other.parent == place.parent && other.label != place.label)
    };
    before.filter(move |(_, stage)| sibling(stage)).map(|(position, _)| position).rev()
}

fn children_of(stages: &[Stage], parent: usize) -> impl Iterator<Item = usize> + '_ {
    stages
        .iter()
        .enumerate()
        .filter(move |(_, stage)| stage.synthetic.as_ref().is_some_and(|place| place.parent == parent))
        .map(|(position, _)| position)
}
