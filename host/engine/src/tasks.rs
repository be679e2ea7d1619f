//! Background work of the engine: counted, so that a shutdown knows when the last of it is over, and told when to stop.
//!
//! Whoever waits for one of several things names them in order (`biased`): the same seed must take the same way.

use std::future::Future;
use std::sync::Arc;

use domain::environment::Environment;
use tokio::sync::watch;

/// How far the shutdown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Work is taken.
    Open,
    /// Nothing new is begun; what is under way may end.
    Closing,
    /// Calls are cut.
    Cut,
}

/// The work under way.
pub(crate) struct Tasks {
    environment: Arc<dyn Environment>,
    phase: watch::Sender<Phase>,
    running: watch::Sender<usize>,
}

impl Tasks {
    pub(crate) fn new(environment: Arc<dyn Environment>) -> Arc<Tasks> {
        Arc::new(Tasks { environment, phase: watch::Sender::new(Phase::Open), running: watch::Sender::new(0) })
    }

    /// Starts counted work.
    pub(crate) fn spawn(self: &Arc<Tasks>, work: impl Future<Output = ()> + Send + 'static) {
        self.running.send_modify(|running| *running += 1);
        let guard = Guard(self.clone());
        self.environment.spawn(Box::pin(async move {
            let _guard = guard;
            work.await;
        }));
    }

    /// How far the shutdown has come.
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Moves the shutdown on; it never goes back.
    pub(crate) fn advance(&self, to: Phase) {
        self.phase.send_modify(|phase| *phase = (*phase).max(to));
    }

    /// Resolves once the shutdown has come as far as `wanted`.
    pub(crate) async fn reached(&self, wanted: Phase) {
        let mut phase = self.phase.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = phase.wait_for(|phase| *phase >= wanted).await;
    }

    /// Resolves when no counted work is under way.
    pub(crate) async fn idle(&self) {
        let mut running = self.running.subscribe();
        let _ = running.wait_for(|running| *running == 0).await;
    }
}

/// Ends the count even when the work panics.
struct Guard(Arc<Tasks>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.running.send_modify(|running| *running = running.saturating_sub(1));
    }
}
