//! Why a drive came to nothing: never the execution's fault, and never its end.

use app::AppError;
use domain::id::{ExecutionId, RefId};
use store::{ReadError, WriteError};

/// Trouble of the server's own. The execution waits and is driven again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Something that the application layer keeps could not be had.
    #[error(transparent)]
    App(#[from] AppError),
    /// The application layer could not decide now.
    #[error("{0}")]
    Unavailable(String),
    /// A stored stage does not fit the document.
    #[error("execution {execution} has a stage `{reference}` that does not fit its document")]
    Damaged {
        /// The execution.
        execution: ExecutionId,
        /// The stage's reference.
        reference: RefId,
    },
}

impl Trouble {
    /// Whether the server is on its way down, so that nobody needs to hear of it.
    pub(crate) fn is_shutdown(&self) -> bool {
        matches!(self, Trouble::Write(WriteError::Closed))
    }

    /// Milliseconds until the next try: what is full or busy may be free soon, what is damaged stays so.
    pub(crate) fn retry_after(&self) -> i64 {
        match self {
            Trouble::Damaged { .. } | Trouble::Read(ReadError::Damaged { .. }) => 60_000,
            _ => 1_000,
        }
    }
}
