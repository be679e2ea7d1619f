//! Use cases: authorise, load, decide, commit.
//!
//! One file per noun, each an `impl App`. Nothing here speaks HTTP or SQL, and nothing here calls the engine: what a use case
//! orders is a row, written in one unit with its audit row. Whoever asks is a [`Caller`]; the one function that says whether
//! somebody may is [`authorize`](authorize::authorize).

mod access;
pub mod admission;
pub mod applications;
mod artifacts;
pub mod audit;
pub mod authorize;
#[cfg(any(test, feature = "bed"))]
pub mod bed;
mod cache;
pub mod caller;
pub mod catalogs;
pub mod children;
pub mod components;
pub mod control;
mod correlation;
pub mod denials;
pub mod error;
pub mod executions;
pub mod expressions;
mod found;
pub mod host;
pub mod known;
mod locks;
mod notifications;
pub mod operations;
pub mod pipelines;
pub mod plugins;
pub mod presets;
pub mod preview;
pub mod questions;
pub mod quiet;
pub mod restart;
pub mod schema;
pub mod stages;
pub mod start;
pub mod stats;
pub mod stream;
pub mod system;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod triggers;
pub mod view;

use std::sync::{Arc, RwLock};

use domain::environment::Environment;
use domain::id::PipelineId;
use domain::notification::Notification;
use runtime::Runtime;
use store::Store;

pub use authorize::{Acl, Action, Denied, Resource, TeamPermission, Unrestricted};
pub use caller::{Caller, Via};
pub use catalogs::Catalogs;
pub use components::StoredComponents;
pub use error::{AppError, ErrorClass};
pub use stats::Stats;
pub use store::{
    AuditFilter, Committed, ConfiguredTrigger, Cursor, EventFilter, ExecutionFilter, NewExecution, OperationFilter,
    Page, RecordedEvent, StoredExecution, Token, Waiting,
};

/// What an operator decides.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What an application without any permissions means.
    pub unrestricted: Unrestricted,
    /// Time zone of execution windows.
    pub zone: domain::window::Zone,
    /// Address of the console, for links in notifications; empty: they carry none.
    pub console: String,
    /// When triggers start nothing.
    pub quiet: Option<quiet::QuietPeriod>,
    /// How triggers are heard.
    pub triggers: triggers::TriggerConfig,
}

/// Which page of a list.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Most rows.
    pub limit: u32,
    /// After which row.
    pub after: Option<Cursor>,
}

/// All use cases. Clones share everything.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("instance", &self.inner.instance).finish_non_exhaustive()
    }
}

struct Inner {
    store: Store,
    runtime: Runtime,
    catalogs: Catalogs,
    environment: Arc<dyn Environment>,
    config: Config,
    stats: Stats,
    instance: String,
    schemas: schema::Schemas,
    acls: cache::Cache<String, Arc<Acl>>,
    notifications: cache::Cache<String, Arc<Vec<Notification>>>,
    names: cache::Cache<(String, String), PipelineId>,
    pipelines: cache::Cache<PipelineId, Arc<known::Known>>,
    definitions: cache::Cache<(PipelineId, i64), Arc<known::Read>>,
    callers: cache::Cache<String, Arc<Caller>>,
    correlations: correlation::Correlations,
    deciding: locks::Locks,
    rates: triggers::Rates,
    quarantine: plugins::Quarantines,
    refused: RwLock<Vec<plugins::Refused>>,
    templates: expression::Templates,
    presets: arc_swap::ArcSwap<domain::pipeline::Presets>,
    paused: RwLock<Option<system::SystemPause>>,
    /// One pause or resume of the server at a time.
    pausing: tokio::sync::Mutex<()>,
}

impl App {
    /// Time zone of execution windows.
    #[must_use]
    pub fn zone(&self) -> &domain::window::Zone {
        &self.inner.config.zone
    }

    /// Ready to serve: the catalogue in force is loaded, and the installation has its id.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn open(
        store: Store,
        runtime: Runtime,
        environment: Arc<dyn Environment>,
        config: Config,
    ) -> Result<App, AppError> {
        let catalogs = Catalogs::load(store.clone()).await?;
        let quarantine = plugins::Quarantines::load(&store).await?;
        let instance = stream::instance(&store, environment.as_ref()).await?;
        let presets = arc_swap::ArcSwap::from_pointee(presets::load(&store).await?);
        let paused = system::stored(&store).await?;
        let inner = Inner {
            store,
            runtime,
            catalogs,
            environment,
            config,
            instance,
            stats: Stats::default(),
            schemas: schema::Schemas::new(),
            acls: cache::Cache::new(),
            notifications: cache::Cache::new(),
            names: cache::Cache::new(),
            pipelines: cache::Cache::new(),
            definitions: cache::Cache::new(),
            callers: cache::Cache::new(),
            correlations: correlation::Correlations::new(),
            deciding: locks::Locks::new(),
            rates: triggers::Rates::default(),
            quarantine,
            refused: RwLock::default(),
            templates: expressions::templates(),
            presets,
            paused: RwLock::new(paused),
            pausing: tokio::sync::Mutex::new(()),
        };
        Ok(App { inner: Arc::new(inner) })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The runtime.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.inner.runtime
    }

    /// The catalogue in force, and those that executions are pinned to.
    #[must_use]
    pub fn catalogs(&self) -> &Catalogs {
        &self.inner.catalogs
    }

    /// Time, ids and randomness.
    #[must_use]
    pub fn environment(&self) -> &Arc<dyn Environment> {
        &self.inner.environment
    }

    /// Whether requests can be served: the database answers.
    ///
    /// # Errors
    /// `store.failed`.
    pub async fn ready(&self) -> Result<(), AppError> {
        self.inner.store.events().newest().await?;
        Ok(())
    }

    /// What was counted since the process began.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.inner.stats
    }
}
