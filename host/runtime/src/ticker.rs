//! The clock of computing time: a thread that advances the engine's epoch every 10 ms, by an absolute schedule, so that it
//! never drifts (a ticker that sleeps for 10 ms each time made deadlines late by half). It parks while nothing runs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasmtime::{Engine, EngineWeak};

/// Length of a tick in milliseconds.
pub(crate) const TICK_MS: u32 = 10;
/// Idle ticks before it parks. Waking costs a call more than half a second of ticking costs the machine.
const LINGER: u32 = 50;

/// Owns the thread; it ends with this.
pub(crate) struct Ticker {
    state: Arc<State>,
    thread: JoinHandle<()>,
}

/// A call is running as long as this lives.
pub(crate) struct Running<'t>(&'t State);

#[derive(Default)]
struct State {
    running: AtomicUsize,
    parked: AtomicBool,
    ended: AtomicBool,
}

impl Ticker {
    /// Starts the thread.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn start(engine: &Engine) -> io::Result<Ticker> {
        let state = Arc::new(State::default());
        let (engine, shared) = (engine.weak(), Arc::clone(&state));
        let thread = thread::Builder::new().name("epoch-ticker".to_owned()).spawn(move || tick(&engine, &shared))?;
        Ok(Ticker { state, thread })
    }

    /// Keeps the clock going for one call.
    pub(crate) fn run(&self) -> Running<'_> {
        self.state.running.fetch_add(1, Ordering::SeqCst);
        if self.state.parked.swap(false, Ordering::SeqCst) {
            self.thread.thread().unpark();
        }
        Running(&self.state)
    }

    /// Calls that run now.
    pub(crate) fn running(&self) -> usize {
        self.state.running.load(Ordering::Relaxed)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        self.thread.thread().unpark();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "computing time is what the machine spent, not what an environment says")]
fn tick(engine: &EngineWeak, state: &State) {
    let length = Duration::from_millis(u64::from(TICK_MS));
    let mut due = Instant::now() + length;
    let mut idle = 0;
    while !state.ended.load(Ordering::SeqCst) {
        let now = Instant::now();
        if now < due {
            thread::park_timeout(due - now);
            continue;
        }
        let Some(engine) = engine.upgrade() else { return };
        while due <= now {
            engine.increment_epoch();
            due += length;
        }
        drop(engine);
        idle = if state.running.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
        if idle > LINGER {
            park(state);
            (due, idle) = (Instant::now() + length, 0);
        }
    }
}

/// Sleeps until a call wakes it. The flag goes up before the count is read, so that a call which comes between is seen.
fn park(state: &State) {
    state.parked.store(true, Ordering::SeqCst);
    while state.running.load(Ordering::SeqCst) == 0
        && state.parked.load(Ordering::SeqCst)
        && !state.ended.load(Ordering::SeqCst)
    {
        thread::park();
    }
    state.parked.store(false, Ordering::SeqCst);
}
