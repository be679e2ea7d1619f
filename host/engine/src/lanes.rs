//! Who is driven next: round robin by application, then in order of arrival, so that one application's thousand executions
//! do not stand before another's one.

use std::collections::VecDeque;

use domain::id::{ApplicationName, ExecutionId};
use rustc_hash::FxHashMap;

/// Executions that are ready. An execution whose application is not known yet rides a lane of its own kind.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    turns: VecDeque<Option<ApplicationName>>,
    lanes: FxHashMap<Option<ApplicationName>, VecDeque<ExecutionId>>,
}

impl Lanes {
    /// Adds an execution at the end of its application's lane. The caller sees to it that it stands in one lane once.
    pub(crate) fn push(&mut self, application: Option<&ApplicationName>, execution: ExecutionId) {
        let lane = self.lanes.entry(application.cloned()).or_default();
        if lane.is_empty() {
            self.turns.push_back(application.cloned());
        }
        lane.push_back(execution);
    }

    /// The next one, from the lane that has waited longest for its turn.
    pub(crate) fn pop(&mut self) -> Option<ExecutionId> {
        let turn = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&turn)?;
        let next = lane.pop_front();
        if lane.is_empty() {
            self.lanes.remove(&turn);
        } else {
            self.turns.push_back(turn);
        }
        next
    }

    /// Whether nobody is ready.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_in_one_application_does_not_hold_up_another() {
        let mut lanes = Lanes::default();
        let (loud, quiet) = (ApplicationName::from("loud"), ApplicationName::from("quiet"));
        for number in 0..100 {
            lanes.push(Some(&loud), ExecutionId::from(format!("loud-{number}")));
        }
        lanes.push(Some(&quiet), ExecutionId::from("quiet-0"));
        lanes.push(Some(&quiet), ExecutionId::from("quiet-1"));
        let order: Vec<String> = std::iter::from_fn(|| lanes.pop()).map(|id| id.to_string()).collect();
        assert_eq!(order.len(), 102);
        assert_eq!(order[..5], ["loud-0", "quiet-0", "loud-1", "quiet-1", "loud-2"]);
        assert!(lanes.is_empty());
    }
}
