//! What every part of the engine shares.

use std::sync::Arc;

use app::App;
use domain::Timestamp;
use domain::environment::Environment;
use tokio::sync::Semaphore;

use crate::actors::Actors;
use crate::config::Config;
use crate::perform::Performing;
use crate::quarantine::Quarantine;
use crate::reads::UnderWay;
use crate::stats::{Counters, Stats};
use crate::tasks::{Phase, Tasks};
use crate::timers::Timers;

/// The engine's one state; nothing in it outlives the process, and nothing in it is needed after one.
pub(crate) struct Core {
    pub app: App,
    pub environment: Arc<dyn Environment>,
    pub config: Config,
    pub counters: Counters,
    pub actors: Actors,
    pub timers: Timers,
    pub tasks: Arc<Tasks>,
    pub performing: Performing,
    pub reads: UnderWay,
    pub quarantine: Quarantine,
    /// Executions that compute.
    pub workers: Arc<Semaphore>,
    /// Executions that are driven.
    pub in_flight: Arc<Semaphore>,
    /// Calls of operations.
    pub calls: Arc<Semaphore>,
}

impl Core {
    pub(crate) fn new(app: App, environment: Arc<dyn Environment>, config: Config) -> Arc<Core> {
        Arc::new(Core {
            app,
            counters: Counters::default(),
            actors: Actors::new(config.warm_stages),
            timers: Timers::default(),
            tasks: Tasks::new(environment.clone()),
            performing: Performing::default(),
            reads: UnderWay::default(),
            quarantine: Quarantine::default(),
            workers: Arc::new(Semaphore::new(config.workers.max(1))),
            in_flight: Arc::new(Semaphore::new(config.in_flight.max(1))),
            calls: Arc::new(Semaphore::new(config.operations)),
            environment,
            config,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.environment.now()
    }

    /// Waits `millis`; false when the server begins to stop before that.
    pub(crate) async fn rest(&self, millis: i64) -> bool {
        tokio::select! {
            biased;
            () = self.environment.sleep_until(self.now().plus(millis)) => true,
            () = self.tasks.reached(Phase::Closing) => false,
        }
    }

    /// Resolves when no call is under way and every outcome is committed.
    pub(crate) async fn calls_ended(&self) {
        let all = u32::try_from(self.config.operations).unwrap_or(u32::MAX);
        let _all = self.calls.acquire_many(all).await;
        self.actors.quiet().await;
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            live: self.actors.len() as u64,
            waiting: self.timers.len() as u64,
            held: self.quarantine.len() as u64,
            operations_open: self.performing.len() as u64,
            ..self.counters.read()
        }
    }
}
