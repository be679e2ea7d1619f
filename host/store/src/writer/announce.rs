//! Telling of commits: observers in the order of the feed, the engine, and those who asked for them.
//!
//! A task of its own, so that the writer's thread goes on with the next group, and because waking two hundred tasks from outside of
//! their runtime costs a system call for each.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot};

use super::Submitted;
use super::group::Outcome;
use super::tx::Told;
use crate::simulation::Simulation;
use crate::wake::{Committed, Configured, Wake};

/// What the writer has to say.
pub(super) enum News {
    /// A group is durable, or was refused.
    Settled { told: Option<Told>, answers: Vec<(Submitted, Outcome)> },
    /// Nothing more comes.
    Closed(Vec<oneshot::Sender<()>>),
}

/// Tells it.
pub(crate) struct Announcer {
    pub(crate) wakes: mpsc::UnboundedSender<Wake>,
    pub(crate) feed: broadcast::Sender<Committed>,
    pub(crate) configured: broadcast::Sender<Configured>,
    pub(crate) simulation: Option<Arc<dyn Simulation>>,
}

impl Announcer {
    /// Tells in the order in which it happened, until the writer is gone.
    pub(super) async fn run(self, mut news: mpsc::UnboundedReceiver<News>) {
        while let Some(news) = news.recv().await {
            match news {
                News::Settled { told, answers } => {
                    if let Some(told) = told {
                        self.publish(told);
                    }
                    for (submitted, outcome) in answers {
                        submitted.answer(outcome);
                    }
                }
                News::Closed(waiting) => {
                    for closed in waiting {
                        let _nobody_waits = closed.send(());
                    }
                }
            }
        }
    }

    /// Nobody may be there to hear it.
    fn publish(&self, told: Told) {
        if self.feed.receiver_count() > 0 {
            for committed in told.committed {
                let _none_left = self.feed.send(committed);
            }
        }
        for configured in told.configured {
            let _none_left = self.configured.send(configured);
        }
        for wake in told.wakes {
            if self.simulation.as_ref().is_some_and(|simulation| !simulation.wake(&wake)) {
                continue;
            }
            let _no_engine = self.wakes.send(wake);
        }
    }
}
