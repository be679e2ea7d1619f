//! The parts of a server, opened from the bottom up, let go from the top down.

use std::sync::Arc;

use api::Metrics;
use app::{App, StoredComponents};
use axum::Router;
use capabilities::Capabilities;
use domain::environment::Environment;
use engine::{Engine, EngineHandle};
use runtime::Runtime;
use store::{Store, StoreConfig};

use super::{ServeError, figures};
use crate::config::{Config, Synchronous};

/// A server without its listener.
pub(super) struct Parts {
    pub(super) app: App,
    engine: EngineHandle,
    store: Store,
}

impl Parts {
    /// Opens everything and takes up what was open.
    pub(super) async fn open(config: &Config, environment: Arc<dyn Environment>) -> Result<Parts, ServeError> {
        let store = Store::open(store_config(config), Arc::clone(&environment)).await?;
        let (denials, heard) = app::denials::channel();
        let lent = Capabilities::new(capabilities::Config {
            denials: Arc::new(denials),
            allow_networks: config.allow_networks.clone(),
            ..capabilities::Config::new(config.data.clone(), env!("CARGO_PKG_VERSION"))
        });
        let components = Arc::new(StoredComponents::new(store.clone()));
        let settings = runtime::Config { data: config.data.clone(), ..runtime::Config::default() };
        let runtime = Runtime::new(settings, lent, components)?;
        let app = App::open(store.clone(), runtime, Arc::clone(&environment), app_config(config)).await?;
        environment.spawn(Box::pin(app.record_denials(heard)));
        let engine = Engine::start(&app, environment, engine_config(config))?;
        Ok(Parts { app, engine, store })
    }

    /// The HTTP interface, with the figures of all parts.
    pub(super) fn router(&self) -> Router {
        api::router(self.app.clone(), Metrics::new(figures::sources(&self.app, &self.engine)))
    }

    /// Lets calls under way end, and everything be written.
    pub(super) async fn close(self) {
        let Parts { app, engine, store } = self;
        engine.shutdown().await;
        drop(app);
        store.close().await;
    }
}

fn store_config(config: &Config) -> StoreConfig {
    let synchronous = match config.synchronous {
        Synchronous::Full => store::Synchronous::Full,
        Synchronous::Normal => store::Synchronous::Normal,
    };
    StoreConfig { synchronous, ..StoreConfig::new(&config.data) }
}

fn app_config(config: &Config) -> app::Config {
    app::Config {
        unrestricted: config.unrestricted,
        zone: config.window_zone.clone(),
        quiet: config.quiet.clone(),
        triggers: config.triggers.clone(),
        console: config.console.clone(),
    }
}

fn engine_config(config: &Config) -> engine::Config {
    let defaults = engine::Config::default();
    engine::Config { workers: config.workers.unwrap_or(defaults.workers), ..defaults }
}
