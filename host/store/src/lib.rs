//! Every SQL statement, and the one writer with group commit.
//!
//! Reads go to a pool of readers; writes are [`Write`]s or [`DriveCommit`]s, queued to one writer that lets many ride one
//! transaction (design §5 *Commit*). What is answered as written is durable.
//!
//! The façade is [`Store`]; what can be read stands in one file per noun, reached by `store.executions()`, `store.pipelines()` …

pub mod applications;
pub mod audit;
pub mod config;
pub mod drive;
pub mod events;
pub mod executions;
mod open;
pub mod operations;
pub mod page;
pub mod pipelines;
pub mod plugins;
pub mod questions;
pub mod read;
mod readers;
pub mod settings;
pub mod simulation;
mod sqlite;
pub mod tokens;
pub mod triggers;
pub mod wake;
pub mod write;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use domain::environment::Environment;
use tokio::sync::{Notify, broadcast, mpsc, oneshot};

pub use applications::Applications;
pub use audit::{Audit, AuditFilter};
pub use config::{OpenError, StoreConfig, Synchronous};
pub use drive::{Checkpoint, DriveCommit, DriveOutcome, NewExecution};
pub use events::Events;
pub use executions::{ExecutionFilter, Executions, Loaded, OpenExecution, StoredExecution, Waiting};
pub use operations::{OperationFilter, Operations};
pub use page::{Cursor, Page};
pub use pipelines::{ConfiguredTrigger, Pipelines};
pub use plugins::Plugins;
pub use questions::Questions;
pub use read::ReadError;
use readers::Readers;
pub use settings::Settings;
pub use simulation::Simulation;
pub use tokens::{Token, Tokens};
pub use triggers::{EventFilter, RecordedEvent, Triggers};
pub use wake::{Committed, Configured, Wake};
pub use write::{CatalogEntry, Write, WriteError};
use writer::{Order, Unit};

/// The store. Clones share it; the last one gone, the writer finishes what is queued and ends.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    readers: Readers,
    orders: std::sync::mpsc::Sender<Order>,
    feed: broadcast::Sender<Committed>,
    configured: broadcast::Sender<Configured>,
    wakes: Mutex<Option<mpsc::UnboundedReceiver<Wake>>>,
    simulated: Option<Simulated>,
}

/// A simulation, and how the writer hears of orders where it has no thread.
pub(crate) struct Simulated {
    simulation: Arc<dyn Simulation>,
    ordered: Arc<Notify>,
}

impl Store {
    /// Opens the data folder, which only one process may, and brings the schema up to date.
    ///
    /// # Errors
    /// Another process has it, its schema is newer than this program, or it cannot be read or written.
    pub async fn open(config: StoreConfig, environment: Arc<dyn Environment>) -> Result<Store, OpenError> {
        let inner = open::open(config, environment).await?;
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Writes a unit, all or nothing; it rides the next group commit, and is durable when this returns.
    ///
    /// # Errors
    /// Why nothing of it was written.
    pub async fn write(&self, mut unit: Vec<Write>) -> Result<(), WriteError> {
        if let Some(simulated) = &self.inner.simulated {
            simulated.simulation.write(&mut unit)?;
        }
        self.commit(Unit::of_writes(unit)?).await.map(|_| ())
    }

    /// Commits a drive if the execution is still as it was seen; durable when this returns `Committed`. An execution that has ended
    /// stays so: a drive that would reopen it is stale.
    ///
    /// # Errors
    /// Why nothing of it was written; a stale drive is no error.
    pub async fn drive(&self, mut commit: DriveCommit) -> Result<DriveOutcome, WriteError> {
        let Some(simulated) = &self.inner.simulated else {
            let outcome = self.commit(Unit::of_drive(commit)?).await?;
            return Ok(outcome.unwrap_or(DriveOutcome::Stale));
        };
        let seen = commit.clone();
        simulated.simulation.drive(&mut commit)?;
        let outcome = self.commit(Unit::of_drive(commit)?).await?;
        let mut outcome = outcome.unwrap_or(DriveOutcome::Stale);
        simulated.simulation.driven(&seen, &mut outcome);
        Ok(outcome)
    }

    async fn commit(&self, unit: Unit) -> Result<Option<DriveOutcome>, WriteError> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Commit(unit, reply)).map_err(|_| WriteError::Closed)?;
        answer.await.map_err(|_| WriteError::Closed)?.outcome
    }

    fn order(&self, order: Order) -> Result<(), std::sync::mpsc::SendError<Order>> {
        self.inner.orders.send(order)?;
        if let Some(simulated) = &self.inner.simulated {
            simulated.ordered.notify_one();
        }
        Ok(())
    }

    /// Executions to be driven, pushed after the commit that moved them is durable. There is one such stream: `None` when it was taken.
    #[must_use]
    pub fn wakes(&self) -> Option<mpsc::UnboundedReceiver<Wake>> {
        self.inner.wakes.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Committed events from now on, in the order of the feed. One who lags reads [`Events::feed_after`].
    #[must_use]
    pub fn feed(&self) -> broadcast::Receiver<Committed> {
        self.inner.feed.subscribe()
    }

    /// What is configured anew from now on, told after the commit is durable. One who lags reads everything again.
    #[must_use]
    pub fn configured(&self) -> broadcast::Receiver<Configured> {
        self.inner.configured.subscribe()
    }

    /// Finishes what is queued, empties the write-ahead log into the database and lets the data folder go.
    pub async fn close(self) {
        let (reply, closed) = oneshot::channel();
        if self.order(Order::Close(reply)).is_ok() {
            let _writer_gone = closed.await;
        }
        self.inner.readers.close().await;
    }

    pub(crate) fn readers(&self) -> &Readers {
        &self.inner.readers
    }

    /// Applications.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications { store: self }
    }

    /// Pipelines, their revisions and configured triggers.
    #[must_use]
    pub fn pipelines(&self) -> Pipelines<'_> {
        Pipelines { store: self }
    }

    /// Executions with their stages and inboxes.
    #[must_use]
    pub fn executions(&self) -> Executions<'_> {
        Executions { store: self }
    }

    /// Events, by execution and in the installation's feed.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { store: self }
    }

    /// Operations.
    #[must_use]
    pub fn operations(&self) -> Operations<'_> {
        Operations { store: self }
    }

    /// Questions and votes.
    #[must_use]
    pub fn questions(&self) -> Questions<'_> {
        Questions { store: self }
    }

    /// Components and catalogue revisions.
    #[must_use]
    pub fn plugins(&self) -> Plugins<'_> {
        Plugins { store: self }
    }

    /// API tokens.
    #[must_use]
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { store: self }
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit { store: self }
    }

    /// Trigger events and what became of them.
    #[must_use]
    pub fn triggers(&self) -> Triggers<'_> {
        Triggers { store: self }
    }

    /// Values of the installation.
    #[must_use]
    pub fn settings(&self) -> Settings<'_> {
        Settings { store: self }
    }
}
