//! Why a server did not start.

use std::net::SocketAddr;

use app::AppError;
use domain::code::{Code, code};
use store::OpenError;

use crate::cli::error::{CliError, Exit};

/// Why a server did not start. Each has a page in `docs/errors/`.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {reason}; choose another with --listen, or stop what listens there")]
    Address {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Threads or signal handlers cannot be had.
    #[error("the system gives no threads or signals: {0}")]
    Threads(std::io::Error),
    /// The data folder or the database.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The key of secrets.
    #[error(transparent)]
    Vault(#[from] capabilities::VaultError),
    /// The runtime of plugins.
    #[error(transparent)]
    Runtime(#[from] runtime::StartError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] engine::StartError),
    /// A use case that a start needs.
    #[error("{}", .0.message)]
    App(#[from] AppError),
    /// The first token cannot be kept for the sample.
    #[error("the first token cannot be written to {place}: {reason}")]
    Token {
        /// Where to.
        place: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The plugin folder cannot be watched.
    #[error("the plugin folder {folder} cannot be watched: {reason}")]
    Watch {
        /// Which.
        folder: String,
        /// What the system says.
        reason: notify::Error,
    },
}

impl ServeError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            ServeError::Address { .. } => code("serve.address-unusable"),
            ServeError::Threads(_) => code("serve.no-threads"),
            ServeError::Store(error) => error.code(),
            ServeError::Vault(error) => error.code(),
            ServeError::Runtime(_) | ServeError::Engine(_) => code("serve.no-runtime"),
            ServeError::App(error) => error.code.clone(),
            ServeError::Token { .. } => code("serve.token-not-kept"),
            ServeError::Watch { .. } => code("serve.folder-not-watched"),
        }
    }
}

impl From<ServeError> for CliError {
    fn from(error: ServeError) -> CliError {
        CliError::new(Exit::Failed, error.code(), error.to_string())
    }
}
