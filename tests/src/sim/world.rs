//! What all parts of one simulation share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::App;
use domain::environment::Environment;
use domain::id::ExecutionId;
use store::{DriveCommit, Store};

use super::control::Wishes;
use super::environment::Simulated;
use super::invariants::Seen;
use super::outside::Outside;
use super::planted::Mistake;
use super::trace::Trace;
use crate::soak::random::Random;

/// The world of one seed.
pub struct World {
    /// Everything follows from it.
    pub seed: u64,
    /// The mistake that is planted, if one is.
    pub planted: Option<Mistake>,
    /// Time, randomness and tasks of the process.
    pub environment: Arc<Simulated>,
    /// What the outside world has seen.
    pub outside: Mutex<Outside>,
    state: Mutex<State>,
}

/// What is known of the run so far.
#[derive(Default)]
pub struct State {
    /// Chance of weather and of planted mistakes.
    pub random: Option<Random>,
    /// What happened.
    pub trace: Trace,
    /// What should never have happened, the first of it.
    pub violation: Option<String>,
    /// The use cases of the process that lives.
    pub app: Option<App>,
    /// Something became durable since the last check.
    pub settled: bool,
    /// Executions that something was written for since the last check.
    pub touched: BTreeSet<ExecutionId>,
    /// What was seen at the last check.
    pub seen: BTreeMap<ExecutionId, Seen>,
    /// What people were promised.
    pub wishes: Wishes,
    /// Commits that were answered, kept to be sent once more.
    pub answered: Vec<DriveCommit>,
    /// Executions by what may start one only: a stage's request, or a correlation id.
    pub starts: BTreeMap<String, ExecutionId>,
    /// Processes that have died.
    pub deaths: u32,
    /// Groups that became durable.
    pub commits: u64,
    /// Whether the world is calm: no weather and no deaths any more, so that everything can come to its end.
    pub calm: bool,
}

impl World {
    /// At the beginning.
    #[must_use]
    pub fn new(seed: u64, planted: Option<Mistake>) -> Arc<World> {
        let ahead = if planted == Some(Mistake::ClockRunsAhead) { 4_000 } else { 0 };
        let state = State { random: Some(Random::new(seed ^ 0x0077_6f72_6c64)), ..State::default() };
        Arc::new(World {
            seed,
            planted,
            environment: Arc::new(Simulated::new(seed, ahead)),
            outside: Mutex::default(),
            state: Mutex::new(state),
        })
    }

    /// What is known; held for a moment only.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the outside has seen; held for a moment only.
    pub fn outside(&self) -> MutexGuard<'_, Outside> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True once in `times`.
    pub fn one_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Any number below `bound`.
    pub fn below(&self, bound: u64) -> u64 {
        self.state().random.as_mut().map_or(0, |random| random.below(bound))
    }

    /// Whether `mistake` is planted.
    #[must_use]
    pub fn plants(&self, mistake: Mistake) -> bool {
        self.planted == Some(mistake)
    }

    /// Adds a line to the trace.
    pub fn tell(&self, line: &str) {
        let now = self.environment.world_time();
        self.state().trace.line(now, line);
    }

    /// A short name of an execution.
    pub fn name(&self, execution: &ExecutionId) -> String {
        self.state().trace.name(execution)
    }

    /// Notes what should never have happened.
    pub fn violation(&self, what: String) {
        self.tell(&format!("VIOLATION {what}"));
        self.state().violation.get_or_insert(what);
    }

    /// The use cases of the process that lives.
    #[must_use]
    pub fn app(&self) -> Option<App> {
        self.state().app.clone()
    }

    /// The store of the process that lives.
    #[must_use]
    pub fn store(&self) -> Option<Store> {
        self.app().map(|app| app.store().clone())
    }

    /// An idempotency key with a short name of its execution.
    pub fn short(&self, key: &str) -> String {
        let (execution, rest) = key.split_once('/').unwrap_or((key, ""));
        format!("{}/{rest}", self.name(&execution.into()))
    }

    /// The host's view of the environment.
    #[must_use]
    pub fn host_environment(&self) -> Arc<dyn Environment> {
        self.environment.clone()
    }
}
