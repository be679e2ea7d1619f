//! Plugins: compilation, limits, calls. The only crate that knows wasmtime.
//!
//! A component is compiled once, in a child process, cached on disk and mapped. Each call runs in an instance of its own
//! that keeps nothing, under limits of memory, computing and time; whatever a plugin does costs its call and nothing else.
//! The conversions between the contract's types and the domain's stand in `convert`, one noun a file.
//!
//! Calls are cut by dropping their future. A fault is the plugin's, never an answer about the world ([`Fault`]).

mod call;
mod config;
mod error;
mod lent;
mod stats;

use std::collections::HashSet;
use std::sync::Arc;

use domain::plugin::Manifest;
use domain::Digest;

pub use config::{Bound, Bounds, Config, WorkerProgram};
pub use error::{Fault, FaultClass, Refusal, StartError};
pub use lent::{Blobs, Body, Components, Http, HttpRequest, HttpResponse, Key, Lent, Sign, Sink};
pub use stats::Stats;

/// What runs plugins. Clones share it.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<()>,
}

/// What a component turned out to be: everything that an install wants to know of it.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Its digest.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The contract it speaks, as `mainsheet:stage@1.0.0`.
    pub contract: String,
    /// What it imports.
    pub imports: Vec<String>,
    /// Its bytes.
    pub size: usize,
    /// Milliseconds that compiling took; 0 if it was in the cache.
    pub compiled_in_ms: u64,
}

impl Runtime {
    /// Starts the engine and its clock. Nothing is compiled or loaded.
    ///
    /// # Errors
    /// The engine does not start on this machine.
    pub fn new(config: Config, lent: Lent, components: Arc<dyn Components>) -> Result<Runtime, StartError> {
        let _ = (config, lent, components);
        todo!()
    }

    /// Everything that an install wants to know: size, contract, imports; then it is compiled and asked to describe itself.
    ///
    /// # Errors
    /// Why it is not installed, in words.
    pub async fn inspect(&self, bytes: &[u8]) -> Result<Inspected, Refusal> {
        let _ = bytes;
        todo!()
    }

    /// Loads a module now, so that its first call need not.
    ///
    /// # Errors
    /// Class `load`.
    pub async fn warm(&self, digest: &Digest) -> Result<(), Fault> {
        let _ = digest;
        todo!()
    }

    /// Forgets modules that nobody needs. What runs in them ends undisturbed.
    pub fn release(&self, in_use: &HashSet<Digest>) {
        let _ = in_use;
        todo!()
    }

    /// Counters since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        todo!()
    }
}
