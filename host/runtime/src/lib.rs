//! Plugins: compilation, limits, calls. The only crate that knows wasmtime.
//!
//! A component is compiled once, in a child process, cached on disk and mapped. Each call runs in an instance of its own
//! that keeps nothing, under limits of memory, computing and time; whatever a plugin does costs its call and nothing else.
//! The conversions between the contract's types and the domain's stand in `convert`, one noun a file.
//!
//! Calls are cut by dropping their future. A fault is the plugin's, never an answer about the world ([`Fault`]).

mod cache;
mod call;
mod compile;
mod config;
mod contract;
mod convert;
mod engine;
mod error;
mod imports;
mod inner;
mod inspect;
mod instance;
mod lent;
mod limits;
mod manifest;
mod modules;
mod output;
mod report;
mod stand_in;
mod stats;
mod ticker;

use std::collections::HashSet;
use std::sync::Arc;

use domain::Digest;

pub use compile::compile_worker_main;
pub use config::{Bound, Bounds, Config, WorkerProgram};
pub use error::{Fault, FaultClass, Refusal, StartError};
pub use inspect::Inspected;
pub use lent::{Blobs, Body, Components, Http, HttpRequest, HttpResponse, Key, Lent, Sign, Sink};
pub use stand_in::StandIn;
pub use stats::Stats;

/// What runs plugins. Clones share it.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<inner::Inner>,
    stand_in: Option<Arc<dyn StandIn>>,
}

impl Runtime {
    /// Starts the engine and its clock. Nothing is compiled or loaded.
    ///
    /// # Errors
    /// The engine does not start on this machine.
    pub fn new(config: Config, lent: Lent, components: Arc<dyn Components>) -> Result<Runtime, StartError> {
        Ok(Runtime { inner: Arc::new(inner::Inner::new(config, lent, components)?), stand_in: None })
    }

    /// The same, with somebody who answers in the place of components.
    #[must_use]
    pub fn with_stand_in(self, stand_in: Arc<dyn StandIn>) -> Runtime {
        Runtime { stand_in: Some(stand_in), ..self }
    }

    /// What plugins are lent, for those parts of the server that reach out under the same policy.
    #[must_use]
    pub fn lent(&self) -> &Lent {
        &self.inner.lent
    }

    /// Everything that an install wants to know: size, contract and imports first; then it is compiled, compared with the
    /// contract, and asked to describe itself where everything is denied.
    ///
    /// # Errors
    /// Why it is not installed, in words.
    pub async fn inspect(&self, bytes: &[u8]) -> Result<Inspected, Refusal> {
        self.inner.inspect(bytes).await
    }

    /// Loads a module now, so that its first call need not.
    ///
    /// # Errors
    /// Class `load`.
    pub async fn warm(&self, digest: &Digest) -> Result<(), Fault> {
        self.inner.module(digest).await.map(|_| ()).map_err(|error| {
            let (scope, output) = (inner::nobody(digest), inner::silent(digest));
            let fault = report::fault(&report::Trouble::Load(error), modules::Function::Describe, &scope, &output);
            self.inner.counters.fault(fault.class);
            fault
        })
    }

    /// Forgets modules that nobody needs. What runs in them ends undisturbed; a later call loads them again.
    pub fn release(&self, in_use: &HashSet<Digest>) {
        self.inner.modules.keep(in_use);
    }

    /// Counters since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let (loaded, running) = (self.inner.modules.loaded(), self.inner.ticker.running());
        self.inner.counters.read(loaded as u64, running as u64)
    }
}
