//! What a verb may end with instead of success, how it is printed, and the exit code it becomes.

use std::process::ExitCode;

use domain::code::Code;
use serde::Serialize;

use super::output::Format;

/// Exit codes of every verb; also in `docs/howto/use-the-command-line.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; a followed execution succeeded.
    Success = 0,
    /// A followed execution failed, an expression has no value, a case does not hold, or `doctor` found something broken.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// A followed execution was cancelled.
    Cancelled = 3,
    /// The server cannot be reached.
    Unreachable = 4,
    /// The server refused: unknown, forbidden, invalid, or in the wrong state.
    Refused = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// An error as a user sees it: code, sentence, place, page.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CliError {
    /// Stable; has a page in `docs/errors/`.
    pub code: Code,
    /// What is wrong and what to do.
    pub message: String,
    /// JSON pointer into the document, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The page of the code.
    pub page: String,
    /// Everything else that is wrong, for documents with several problems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Complaint>,
    /// What the process exits with.
    #[serde(skip)]
    pub exit: Exit,
}

/// One of several problems of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Complaint {
    /// Its code.
    pub code: Code,
    /// JSON pointer into the document.
    pub pointer: String,
    /// A sentence.
    pub message: String,
}

impl CliError {
    /// An error of the command line's own.
    pub fn new(exit: Exit, code: Code, message: impl Into<String>) -> CliError {
        let page = format!("docs/errors/{code}.md");
        CliError { code, message: message.into(), pointer: None, page, problems: Vec::new(), exit }
    }

    /// Prints it to standard error.
    pub fn print(&self, format: Format) {
        match format {
            Format::Json => {
                let text = serde_json::to_string(&Envelope { error: self }).unwrap_or_else(|_| self.to_string());
                eprintln!("{text}");
            }
            Format::Text => eprint!("{}", self.text()),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("error[{}]: {}\n", self.code, self.message);
        if let Some(pointer) = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            text.push_str(&format!("  at {pointer}\n"));
        }
        for problem in &self.problems {
            text.push_str(&format!("  at {}: {} [{}]\n", problem.pointer, problem.message, problem.code));
        }
        text.push_str(&format!("  see {}\n", self.page));
        text
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a CliError,
}
