//! One thread on which every task of a simulated process takes its turns. Whose turn it is, the seed decides; some tasks are made to
//! wait although they could go on, as if their thread had been put aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use domain::Timestamp;

use super::environment::Work;
use crate::soak::random::Random;

/// One turn in so many puts a task aside.
const ASIDE_ONE_IN: u64 = 60;

/// Most milliseconds that a task is put aside: shorter than the engine's own doubt, so that a slow wake is no lost one.
const ASIDE_MOST: u64 = 400;

/// The tasks.
#[derive(Default)]
pub struct Executor {
    tasks: BTreeMap<u64, (Work, Waker)>,
    aside: BTreeMap<u64, Timestamp>,
    ready: Arc<Ready>,
    next: u64,
}

#[derive(Default)]
struct Ready(Mutex<BTreeSet<u64>>);

impl Ready {
    fn tasks(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Woken {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.ready.tasks().insert(self.task);
    }
}

impl Executor {
    /// Takes in what was spawned.
    pub fn adopt(&mut self, spawned: Vec<Work>) {
        for work in spawned {
            let task = self.next;
            self.next += 1;
            let waker = Waker::from(Arc::new(Woken { task, ready: self.ready.clone() }));
            self.tasks.insert(task, (work, waker));
            self.ready.tasks().insert(task);
        }
    }

    /// Gives one task its turn; false when none can go on at `now`.
    pub fn turn(&mut self, random: &mut Random, now: Timestamp) -> bool {
        self.aside.retain(|_, until| *until > now);
        let able: Vec<u64> = self.ready.tasks().iter().filter(|task| !self.aside.contains_key(task)).copied().collect();
        let chosen = usize::try_from(random.below(able.len() as u64)).unwrap_or(0);
        let Some(&task) = able.get(chosen) else { return false };
        if random.below(ASIDE_ONE_IN) == 0 {
            let wait = i64::try_from(random.between(1, ASIDE_MOST)).unwrap_or(1);
            self.aside.insert(task, now.plus(wait));
            return true;
        }
        self.ready.tasks().remove(&task);
        let Some((work, waker)) = self.tasks.get_mut(&task) else { return true };
        let waker = waker.clone();
        if let Poll::Ready(()) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.tasks.remove(&task);
        }
        true
    }

    /// When the first task that was put aside may go on.
    #[must_use]
    pub fn earliest(&self) -> Option<Timestamp> {
        self.aside.values().min().copied()
    }

    /// The process has died.
    pub fn forget(&mut self) {
        // What is dropped may wake others, so that the ready ones go last.
        drop(std::mem::take(&mut self.tasks));
        self.aside.clear();
        self.ready.tasks().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_is_put_aside_goes_on_later() {
        let mut executor = Executor::default();
        let done = Arc::new(Mutex::new(0));
        for _ in 0..200 {
            let done = done.clone();
            executor.adopt(vec![Box::pin(async move { *done.lock().expect("a lock") += 1 })]);
        }
        let (mut random, mut now, mut aside) = (Random::new(1), Timestamp(0), 0);
        loop {
            while executor.turn(&mut random, now) {}
            let Some(earliest) = executor.earliest() else { break };
            aside += 1;
            assert!(earliest > now);
            now = earliest;
        }
        assert_eq!(*done.lock().expect("a lock"), 200);
        assert!(aside > 0);
    }
}
