//! Drives executions: decide, step, commit, perform; timers and recovery.
//!
//! The engine is told of work by the store (design §5): a wake or a due time makes an execution ready, [`worker`] claims it, [`drive`]
//! takes it in memory as far as it goes and commits once, [`perform`] does what that commit ordered. Nothing in here outlives the
//! process, and nothing is needed after one: [`recovery`] finds open work in the rows.

mod actors;
mod children;
mod config;
mod core;
mod drive;
mod dry_run;
mod evaluate;
mod gathered;
mod lanes;
mod notify;
mod orders;
mod perform;
mod quarantine;
mod reads;
mod recovery;
mod scope;
mod seat;
mod stats;
mod step;
mod tasks;
mod timers;
mod triggers;
mod trouble;
mod worker;

use std::sync::Arc;

use app::App;
use domain::environment::Environment;

pub use config::Config;
pub use stats::Stats;

use crate::core::Core;
use crate::tasks::Phase;

/// The engine.
pub struct Engine;

/// A running engine.
#[derive(Clone)]
pub struct EngineHandle {
    core: Arc<Core>,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's stream of wakes was taken: an engine works on it already.
    #[error("another engine works on this store")]
    Taken,
}

impl Engine {
    /// Starts to drive what `app` orders, and takes up what was open. Returns at once; open work is found in the background.
    ///
    /// # Errors
    /// An engine works on this store already.
    pub fn start(app: &App, environment: Arc<dyn Environment>, config: Config) -> Result<EngineHandle, StartError> {
        let wakes = app.store().wakes().ok_or(StartError::Taken)?;
        let core = Core::new(app.clone(), environment, config);
        core.tasks.spawn(worker::listen(core.clone(), wakes));
        core.tasks.spawn(worker::dispatch(core.clone()));
        core.tasks.spawn(worker::watch_clock(core.clone()));
        core.tasks.spawn(quarantine::watch(core.clone(), app.quarantine_changes()));
        core.tasks.spawn(recovery::recover(core.clone()));
        core.tasks.spawn(recovery::sweep(core.clone()));
        core.tasks.spawn(triggers::dates::watch(core.clone(), app.store().configured()));
        core.tasks.spawn(triggers::ends::listen(core.clone(), app.store().feed(), app.store().configured()));
        core.tasks.spawn(triggers::retention::forget(core.clone()));
        Ok(EngineHandle { core })
    }
}

impl EngineHandle {
    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }

    /// Resolves when no execution is ready or driven: everything that is left waits for a moment, a person or the outside world.
    pub async fn quiet(&self) {
        self.core.actors.quiet().await;
    }

    /// As [`Self::quiet`], and no call of an operation is under way either: those that are open sleep.
    pub async fn calls_ended(&self) {
        self.core.calls_ended().await;
    }

    /// Stops: no operation is begun any more, calls under way have their time to end and their outcomes are committed, then they are cut
    /// and repeated under their keys by whoever comes next. Returns when nothing is under way.
    pub async fn shutdown(&self) {
        let core = &self.core;
        core.tasks.advance(Phase::Closing);
        let grace = core.environment.sleep_until(core.now().plus(core.config.shutdown_grace));
        tokio::select! {
            biased;
            () = core.calls_ended() => {}
            () = grace => {}
        }
        self.stop().await;
    }

    /// Stops at once: calls are cut. Commits that are with the store end as they do.
    pub async fn stop(&self) {
        self.core.tasks.advance(Phase::Cut);
        self.core.tasks.idle().await;
    }
}
