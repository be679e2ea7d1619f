//! The state of a stage, task or execution: an enum that behaves as text.

/// `ExecutionStatus`, in Java's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation: they are Spinnaker's")]
pub enum Status {
    NotStarted,
    Running,
    Paused,
    Suspended,
    Succeeded,
    FailedContinue,
    Terminal,
    Canceled,
    Redirect,
    Stopped,
    Skipped,
    Buffered,
}

impl Status {
    /// Every status in order.
    pub const ALL: [Status; 12] = [
        Status::NotStarted,
        Status::Running,
        Status::Paused,
        Status::Suspended,
        Status::Succeeded,
        Status::FailedContinue,
        Status::Terminal,
        Status::Canceled,
        Status::Redirect,
        Status::Stopped,
        Status::Skipped,
        Status::Buffered,
    ];

    /// Spinnaker's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Status::NotStarted => "NOT_STARTED",
            Status::Running => "RUNNING",
            Status::Paused => "PAUSED",
            Status::Suspended => "SUSPENDED",
            Status::Succeeded => "SUCCEEDED",
            Status::FailedContinue => "FAILED_CONTINUE",
            Status::Terminal => "TERMINAL",
            Status::Canceled => "CANCELED",
            Status::Redirect => "REDIRECT",
            Status::Stopped => "STOPPED",
            Status::Skipped => "SKIPPED",
            Status::Buffered => "BUFFERED",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Nothing follows in this stage.
    pub fn is_complete(self) -> bool {
        use Status::{Canceled, FailedContinue, Skipped, Stopped, Succeeded, Terminal};
        matches!(self, Succeeded | FailedContinue | Terminal | Canceled | Stopped | Skipped)
    }

    /// What comes after does not run.
    pub fn is_halt(self) -> bool {
        matches!(self, Status::Terminal | Status::Canceled | Status::Stopped)
    }

    /// The work went well, or none was done.
    pub fn is_successful(self) -> bool {
        matches!(self, Status::Succeeded | Status::Stopped | Status::Skipped)
    }

    /// The work failed.
    pub fn is_failure(self) -> bool {
        matches!(self, Status::Terminal | Status::Stopped | Status::FailedContinue)
    }
}
