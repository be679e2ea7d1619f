//! The parts of a server. What is opened here is used nowhere else but through its handle.

use std::sync::Arc;

use app::App;
use app::StoredComponents;
use axum::Router;
use domain::environment::Environment;
use engine::{Engine, EngineHandle};
use runtime::Runtime;
use store::{Store, StoreConfig};

use super::ServeError;
use crate::config::{Config, Synchronous};

/// A server without its listener.
pub(super) struct Parts {
    pub(super) app: App,
    engine: EngineHandle,
    store: Store,
}
