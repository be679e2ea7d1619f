//! When waiting executions are due. All that a waiting execution costs is its entry here; one task sleeps until the earliest.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use domain::id::{ApplicationName, ExecutionId};
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

/// The table of due times: one per execution at most.
#[derive(Default)]
pub(crate) struct Timers {
    state: Mutex<State>,
    earlier: Notify,
}

#[derive(Default)]
struct State {
    order: BTreeSet<(Timestamp, ExecutionId)>,
    due: FxHashMap<ExecutionId, (Timestamp, Option<ApplicationName>)>,
}

impl State {
    fn remove(&mut self, execution: &ExecutionId) {
        if let Some((due, _)) = self.due.remove(execution) {
            self.order.remove(&(due, execution.clone()));
        }
    }

    fn earliest(&self) -> Option<Timestamp> {
        self.order.first().map(|(due, _)| *due)
    }
}

impl Timers {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets when `execution` is due; an earlier setting no longer counts. Absent or never: it waits for something else.
    /// `application` is its lane, where that is known.
    pub(crate) fn set(&self, execution: &ExecutionId, application: Option<&ApplicationName>, due: Option<Timestamp>) {
        let mut state = self.state();
        state.remove(execution);
        self.insert(state, execution, application, due);
    }

    /// Sets when `execution` is due, unless that is set already.
    pub(crate) fn set_if_absent(&self, execution: &ExecutionId, due: Option<Timestamp>) {
        let state = self.state();
        if !state.due.contains_key(execution) {
            self.insert(state, execution, None, due);
        }
    }

    fn insert(
        &self,
        mut state: MutexGuard<'_, State>,
        execution: &ExecutionId,
        application: Option<&ApplicationName>,
        due: Option<Timestamp>,
    ) {
        let Some(due) = due.filter(|due| *due != Timestamp::NEVER) else { return };
        let before = state.earliest();
        state.order.insert((due, execution.clone()));
        state.due.insert(execution.clone(), (due, application.cloned()));
        drop(state);
        if before.is_none_or(|before| due < before) {
            self.earlier.notify_one();
        }
    }

    /// The application of a waiting execution.
    pub(crate) fn application(&self, execution: &ExecutionId) -> Option<ApplicationName> {
        self.state().due.get(execution).and_then(|(_, application)| application.clone())
    }

    /// Whether `execution` waits for a moment.
    pub(crate) fn holds(&self, execution: &ExecutionId) -> bool {
        self.state().due.contains_key(execution)
    }

    /// Takes out everything that is due at `now`.
    pub(crate) fn take_due(&self, now: Timestamp) -> Vec<(ExecutionId, Option<ApplicationName>)> {
        let mut state = self.state();
        let mut taken = Vec::new();
        while state.earliest().is_some_and(|due| due <= now) {
            let Some((_, execution)) = state.order.pop_first() else { break };
            if let Some((_, application)) = state.due.remove(&execution) {
                taken.push((execution, application));
            }
        }
        taken
    }

    /// The earliest due time.
    pub(crate) fn earliest(&self) -> Option<Timestamp> {
        self.state().earliest()
    }

    /// Resolves when something became due earlier than everything before it.
    pub(crate) async fn earlier(&self) {
        self.earlier.notified().await;
    }

    /// How many executions wait.
    pub(crate) fn len(&self) -> usize {
        self.state().due.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(taken: Vec<(ExecutionId, Option<ApplicationName>)>) -> Vec<String> {
        taken.into_iter().map(|(id, _)| id.to_string()).collect()
    }

    #[test]
    fn only_the_last_setting_counts() {
        let timers = Timers::default();
        let application = ApplicationName::from("demo");
        let (one, two, three) = (ExecutionId::from("one"), ExecutionId::from("two"), ExecutionId::from("three"));
        timers.set(&one, Some(&application), Some(Timestamp(10)));
        timers.set(&two, Some(&application), Some(Timestamp(20)));
        timers.set(&three, Some(&application), Some(Timestamp(5)));
        timers.set(&one, Some(&application), Some(Timestamp(30)));
        timers.set(&three, Some(&application), None);
        assert_eq!(timers.earliest(), Some(Timestamp(20)));
        assert_eq!(names(timers.take_due(Timestamp(19))), Vec::<String>::new());
        assert_eq!(names(timers.take_due(Timestamp(30))), ["two", "one"]);
        assert_eq!(timers.len(), 0);
    }
}
