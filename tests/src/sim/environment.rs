//! Time, randomness and tasks of a simulated process. Time stands still until the player moves it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use domain::environment::Environment;
use tokio::sync::oneshot;

use crate::soak::random::Random;

/// When every simulation begins.
pub const START: Timestamp = Timestamp(1_735_689_600_000);

/// Work that was spawned.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The environment of all processes of one simulation, one after the other.
pub struct Simulated {
    state: Mutex<State>,
    /// Milliseconds by which the clock that the host sees runs ahead of the world's; 0 unless a mistake is planted.
    ahead: i64,
}

struct State {
    now: Timestamp,
    random: Random,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    slept: u64,
    spawned: Vec<Work>,
}

impl Simulated {
    /// At the beginning.
    #[must_use]
    pub fn new(seed: u64, ahead: i64) -> Simulated {
        let random = Random::new(seed ^ 0x656e_7669_726f_6e73);
        let state = State { now: START, random, sleepers: BTreeMap::new(), slept: 0, spawned: Vec::new() };
        Simulated { state: Mutex::new(state), ahead }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world's time, which no planted mistake moves.
    #[must_use]
    pub fn world_time(&self) -> Timestamp {
        self.state().now
    }

    /// Takes what was spawned since the last call.
    #[must_use]
    pub fn take_spawned(&self) -> Vec<Work> {
        std::mem::take(&mut self.state().spawned)
    }

    /// The earliest moment that somebody sleeps until.
    #[must_use]
    pub fn earliest(&self) -> Option<Timestamp> {
        let mut state = self.state();
        while state.sleepers.first_entry().is_some_and(|first| first.get().is_closed()) {
            state.sleepers.pop_first();
        }
        state.sleepers.keys().next().map(|(due, _)| *due)
    }

    /// Moves time on to `to`, if that is later, and wakes everybody whose moment has come.
    pub fn advance(&self, to: Timestamp) {
        let mut state = self.state();
        state.now = state.now.max(to);
        let still = state.now.plus(1);
        let later = state.sleepers.split_off(&(still, 0));
        let woken = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        for sleeper in woken.into_values() {
            // Whoever gave up waiting does not mind.
            let _ = sleeper.send(());
        }
    }

    /// The process has died: nobody sleeps, nothing is about to begin.
    pub fn forget(&self) {
        let mut state = self.state();
        let (sleepers, spawned) = (std::mem::take(&mut state.sleepers), std::mem::take(&mut state.spawned));
        // What is dropped may want the lock.
        drop(state);
        drop((sleepers, spawned));
    }
}

impl Environment for Simulated {
    fn now(&self) -> Timestamp {
        self.state().now.plus(self.ahead)
    }

    fn sleep_until(&self, due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let due = due.plus(-self.ahead);
        let mut state = self.state();
        if due <= state.now {
            return Box::pin(std::future::ready(()));
        }
        state.slept += 1;
        let (sender, receiver) = oneshot::channel();
        let place = (due, state.slept);
        state.sleepers.insert(place, sender);
        Box::pin(async move {
            // The sender goes only when the process has died.
            let _ = receiver.await;
        })
    }

    fn random(&self, bytes: &mut [u8]) {
        let mut state = self.state();
        for byte in bytes {
            *byte = u8::try_from(state.random.below(256)).unwrap_or(0);
        }
    }

    fn spawn(&self, work: Work) {
        self.state().spawned.push(work);
    }
}
