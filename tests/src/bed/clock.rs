//! A clock that only the test moves: the one stand-in of the bed.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use domain::environment::Environment;
use tokio::sync::oneshot;

/// 2025-01-01T00:00:00Z.
const START: i64 = 1_735_689_600_000;

/// Time moves when the test says so; randomness is a function of the seed; work runs on the test's runtime.
pub struct ManualClock {
    state: Mutex<State>,
    drawn: AtomicU64,
    seed: u64,
}

struct State {
    now: Timestamp,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    slept: u64,
}

impl ManualClock {
    /// A clock that stands at 2025-01-01.
    #[must_use]
    pub fn new(seed: u64) -> Arc<ManualClock> {
        let state = State { now: Timestamp(START), sleepers: BTreeMap::new(), slept: 0 };
        Arc::new(ManualClock { state: Mutex::new(state), drawn: AtomicU64::new(0), seed })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves time on by `millis` and wakes everybody whose moment has come.
    pub fn advance(&self, millis: i64) {
        let mut state = self.state();
        state.now = state.now.plus(millis);
        let still = state.now;
        let later = state.sleepers.split_off(&(still.plus(1), 0));
        let woken = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        for sleeper in woken.into_values() {
            // Whoever gave up waiting does not mind.
            let _ = sleeper.send(());
        }
    }

    /// The next moment until which somebody sleeps.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        let state = self.state();
        state.sleepers.iter().find(|(_, sleeper)| !sleeper.is_closed()).map(|((due, _), _)| *due)
    }

    /// Whether somebody sleeps until exactly `due`.
    #[must_use]
    pub fn sleeps_until(&self, due: Timestamp) -> bool {
        let state = self.state();
        state.sleepers.range((due, 0)..(due.plus(1), 0)).any(|(_, sleeper)| !sleeper.is_closed())
    }
}

impl Environment for ManualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn sleep_until(&self, due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut state = self.state();
        if due <= state.now {
            return Box::pin(std::future::ready(()));
        }
        state.slept += 1;
        let (sender, receiver) = oneshot::channel();
        let place = (due, state.slept);
        state.sleepers.insert(place, sender);
        Box::pin(async move {
            let _ = receiver.await;
        })
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let draw = self.drawn.fetch_add(1, Ordering::Relaxed);
            let word = mixed(self.seed ^ draw.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

/// The finalizer of splitmix64: every bit of the input moves every bit of the result.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleepers_wake_when_their_moment_comes_and_not_before() {
        let clock = ManualClock::new(1);
        let due = clock.now().plus(10);
        let mut sleep = clock.sleep_until(due);
        clock.advance(9);
        assert!(futures_pending(&mut sleep).await);
        clock.advance(1);
        sleep.await;
        clock.sleep_until(due).await;
    }

    async fn futures_pending(sleep: &mut Pin<Box<dyn Future<Output = ()> + Send + '_>>) -> bool {
        tokio::select! {
            biased;
            () = sleep => false,
            () = std::future::ready(()) => true,
        }
    }
}
