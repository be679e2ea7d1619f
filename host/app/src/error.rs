//! Why a use case did not come about, in the words a person gets to see.

use domain::code::{Code, code};
use domain::{ExecutionId, Failure, FailureClass, Problem};
use runtime::Refusal;
use store::{ReadError, WriteError};

/// What kind of refusal it is; HTTP makes a status of it, the engine a failure class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The request cannot be read at all.
    Malformed,
    /// Nobody knows who is asking.
    Unauthenticated,
    /// Known, and not allowed.
    Denied,
    /// What was named does not exist.
    NotFound,
    /// It is not in the state that the request presumes.
    Conflict,
    /// Somebody else changed it first.
    Changed,
    /// More than is accepted.
    TooLarge,
    /// More often than is accepted; may be tried again later.
    Throttled,
    /// Readable, and wrong; `problems` say where.
    Invalid,
    /// Not now; may be tried again.
    Unavailable,
    /// The database has no room.
    NoRoom,
    /// A fault of the server.
    Internal,
}

/// A refusal with its stable code.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AppError {
    /// How to read it.
    pub class: ErrorClass,
    /// Stable; has its page in `docs/errors`.
    pub code: Code,
    /// A sentence: what is wrong and what to do.
    pub message: String,
    /// Where in the document, if it is about one.
    pub problems: Vec<Problem>,
    /// The failed execution that a start has left behind.
    pub execution: Option<ExecutionId>,
}

impl AppError {
    /// A refusal that is about no place in a document.
    #[must_use]
    pub fn new(class: ErrorClass, code: Code, message: impl Into<String>) -> AppError {
        AppError { class, code, message: message.into(), problems: Vec::new(), execution: None }
    }

    /// What was named does not exist.
    #[must_use]
    pub fn not_found(code: Code, message: impl Into<String>) -> AppError {
        AppError::new(ErrorClass::NotFound, code, message)
    }

    /// It is not in the state that the request presumes.
    #[must_use]
    pub fn conflict(code: Code, message: impl Into<String>) -> AppError {
        AppError::new(ErrorClass::Conflict, code, message)
    }

    /// A document with problems. The first gives the code, so that a single mistake is named by the error itself.
    #[must_use]
    pub fn invalid(what: &str, problems: Vec<Problem>) -> AppError {
        let code = problems.first().map_or(code("request.invalid"), |first| first.code.clone());
        let message = match problems.as_slice() {
            [only] => only.message.clone(),
            several => format!("{what} has {} problems; each says where it is and what to do.", several.len()),
        };
        AppError { class: ErrorClass::Invalid, code, message, problems, execution: None }
    }
}

impl From<WriteError> for AppError {
    fn from(error: WriteError) -> AppError {
        let message = error.to_string();
        match error {
            WriteError::Exists { what } => AppError::conflict(exists(what), format!("This {what} exists already.")),
            WriteError::Changed { what } => AppError::new(
                ErrorClass::Changed,
                changed(what),
                format!("The {what} was changed by somebody else meanwhile: read it again and repeat the change."),
            ),
            WriteError::Gone { what } => {
                AppError::conflict(gone(what), format!("The {what} does not exist any more, or is over."))
            }
            WriteError::InUse { what } => AppError::conflict(
                in_use(what),
                format!("The {what} is still in use: remove what uses it (pipelines, open executions) first."),
            ),
            WriteError::Full(_) => AppError::new(ErrorClass::NoRoom, code("store.full"), message),
            WriteError::Closed => AppError::new(ErrorClass::Unavailable, code("server.shutting-down"), message),
            WriteError::Database(_) => {
                tracing::error!(%message, "a write failed");
                AppError::new(
                    ErrorClass::Internal,
                    code("store.failed"),
                    "The database failed; the server's log says how.",
                )
            }
        }
    }
}

fn exists(what: &str) -> Code {
    code(match what {
        "application" => "application.exists",
        "pipeline" => "pipeline.exists",
        "execution" => "execution.exists",
        "question" => "question.voted",
        "event" => "trigger.event-exists",
        "token" => "token.exists",
        _ => "request.conflict",
    })
}

fn changed(what: &str) -> Code {
    code(match what {
        "application" => "application.changed",
        "pipeline" => "pipeline.changed",
        "catalog" => "plugin.catalog-changed",
        _ => "request.conflict",
    })
}

fn gone(what: &str) -> Code {
    code(match what {
        "application" => "application.unknown",
        "pipeline" => "pipeline.unknown",
        "execution" => "execution.ended",
        "question" => "question.closed",
        "token" => "token.unknown",
        "trigger" => "trigger.changed",
        _ => "request.conflict",
    })
}

fn in_use(what: &str) -> Code {
    code(match what {
        "application" => "application.in-use",
        _ => "request.conflict",
    })
}

impl From<ReadError> for AppError {
    fn from(error: ReadError) -> AppError {
        if matches!(error, ReadError::Cursor) {
            let message = "`after` is no cursor of this list; use the `next` of its last page.";
            return AppError::new(ErrorClass::Malformed, code("request.cursor-invalid"), message);
        }
        tracing::error!(%error, "a read failed");
        AppError::new(ErrorClass::Internal, code("store.failed"), "The database failed; the server's log says how.")
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> AppError {
        AppError::new(ErrorClass::Invalid, refusal.code(), sentence(&refusal.message()))
    }
}

/// One line, whatever a parser had to say, from a capital letter to a full stop.
fn sentence(words: &str) -> String {
    let mut text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    if !text.ends_with(['.', ')', '?']) {
        text.push('.');
    }
    text
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        let class = match error.class {
            ErrorClass::Malformed | ErrorClass::Invalid | ErrorClass::TooLarge => FailureClass::InvalidInput,
            ErrorClass::Unauthenticated | ErrorClass::Denied => FailureClass::Denied,
            ErrorClass::NotFound => FailureClass::NotFound,
            ErrorClass::Conflict | ErrorClass::Changed => FailureClass::Conflict,
            ErrorClass::Throttled => FailureClass::Throttled,
            ErrorClass::Unavailable | ErrorClass::NoRoom => FailureClass::Unavailable,
            ErrorClass::Internal => FailureClass::Internal,
        };
        Failure::new(class, error.code, error.message)
    }
}
