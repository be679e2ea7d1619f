//! What the host lends to plugins that act, behind grants.
//!
//! [`grant`] is the only file that says yes. Knows nothing of stages or executions: a call's [`Scope`](domain::plugin::call::Scope)
//! says on whose behalf it works. A denial is an answer to the plugin and a [`Denial`] for the audit log, never a trap.

mod address;
mod blobs;
mod grant;
mod http;
mod sign;

use std::path::PathBuf;
use std::sync::Arc;

use runtime::Lent;
use tokio::sync::mpsc;

pub use address::{Network, NetworkError};
pub use grant::Denial;

/// Most denials that wait to be written to the audit log; beyond it they are counted and dropped, so that a plugin cannot fill memory.
const DENIALS: usize = 1_024;

/// How capabilities are set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Data folder of the server; blobs are kept below it.
    pub data: PathBuf,
    /// Networks that are not public and that every plugin with an HTTP grant may reach. Empty by default: only an operator adds here.
    pub networks: Vec<Network>,
}

/// Everything that is lent, and what was denied.
pub struct Capabilities {
    /// For the runtime.
    pub lent: Lent,
    /// For the audit log.
    pub denials: mpsc::Receiver<Denial>,
}

/// Why capabilities could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The folder for blobs cannot be made.
    #[error("the folder {folder} cannot be made: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The HTTP client does not start.
    #[error("the HTTP client does not start: {0}")]
    Client(String),
}

impl Capabilities {
    /// Sets everything up. The blob folder is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made, or TLS is not available.
    pub fn new(config: &Config) -> Result<Capabilities, SetupError> {
        let (sender, denials) = mpsc::channel(DENIALS);
        let grants = Arc::new(grant::Grants::new(config.networks.clone(), sender));
        let blobs = Arc::new(blobs::Files::new(config.data.join("blobs"), grants.clone())?);
        let http = Arc::new(http::Client::new(grants.clone(), blobs.clone())?);
        let sign = Arc::new(sign::Keys::new(grants));
        Ok(Capabilities { lent: Lent { http, blobs, sign }, denials })
    }
}
