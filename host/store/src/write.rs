//! Everything that is written outside a drive. A list of writes is one unit: all or nothing.

use domain::account::{Account, Verification};
use domain::application::Application;
use domain::audit::AuditEntry;
use domain::execution::{Control, Fact};
use domain::id::{AccountName, ApplicationName, Digest, ExecutionId, PipelineId, PluginName};
use domain::pipeline::Pipeline;
use domain::plugin::{Grants, Manifest};
use domain::principal::Principal;
use domain::question::Vote;
use domain::secret::SealedSecret;
use domain::trigger::{TriggerEvent, TriggerOutcome};
use domain::{Params, Timestamp};

use crate::drive::{Checkpoint, NewExecution};

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    /// Insert (`expect` absent or 0) or replace an application, if its version is still `expect` (absent: whatever it is).
    SaveApplication {
        /// The application at its new version.
        application: Application,
        /// Version it replaces; 0 means it must not exist.
        expect: Option<i64>,
    },
    /// Remove an application that has no pipelines and no open executions.
    DeleteApplication(ApplicationName),
    /// Insert or replace a pipeline and keep the revision, if its revision is still `expect` (absent: whatever it is; 0: must not exist).
    SavePipeline {
        /// The pipeline at its new revision.
        pipeline: Pipeline,
        /// Revision it replaces.
        expect: Option<i64>,
    },
    /// Give pipelines their places in the list of their application, from the first on; neither revisions nor documents change.
    OrderPipelines(Vec<PipelineId>),
    /// Remove a pipeline; its executions and revisions stay readable.
    DeletePipeline(PipelineId),
    /// Admit an execution; its first event, number 1, is `execution.created`, written by the store. Refused with
    /// [`WriteError::Exists`] if its id is taken.
    Admit(NewExecution),
    /// Raise the control of an execution; refused with [`WriteError::Gone`] if it is complete, and with [`WriteError::Changed`] if it is
    /// being cancelled, which nothing takes back.
    Control {
        /// Which.
        execution: ExecutionId,
        /// The new control.
        control: Control,
    },
    /// Add a fact to an inbox; refused with [`WriteError::Gone`] if the execution is complete or unknown.
    Inbox {
        /// Whose.
        execution: ExecutionId,
        /// What.
        fact: Fact,
    },
    /// Add a fact that restarts a stage. An execution that is complete is not any more: it stands as if it had not started, with its
    /// stages as they ended. Refused with [`WriteError::Gone`] if there is no such execution.
    Restart {
        /// Whose.
        execution: ExecutionId,
        /// What.
        fact: Fact,
    },
    /// Add a vote to an open question; refused with [`WriteError::Gone`] if it is closed, with [`WriteError::Exists`] if that person voted.
    Vote {
        /// Id of the question.
        question: String,
        /// The vote.
        vote: Vote,
        /// Whether it decides, which closes the question.
        closes: bool,
    },
    /// Note where an operation stands; refused with [`WriteError::Gone`] if it has its outcome or is unknown.
    Checkpoint(Checkpoint),
    /// Keep a component and its manifest.
    Component {
        /// Its digest.
        digest: Digest,
        /// Its bytes.
        bytes: Vec<u8>,
        /// What it says of itself.
        manifest: Manifest,
        /// When.
        at: Timestamp,
    },
    /// Make a new catalogue revision, if the newest is still `expect`.
    Catalog {
        /// The revision that it follows.
        expect: i64,
        /// All plugins of the new revision.
        plugins: Vec<CatalogEntry>,
        /// When.
        at: Timestamp,
    },
    /// Keep an API token by its hash.
    Token {
        /// SHA-256 of the token, hexadecimal.
        hash: String,
        /// Name for people, unique.
        name: String,
        /// Whose.
        principal: Principal,
        /// When.
        created: Timestamp,
        /// Until when it holds.
        expires: Option<Timestamp>,
    },
    /// Revoke a token by its name.
    RevokeToken(String),
    /// Record an event and what became of it; refused with [`WriteError::Exists`] if its key was heard before.
    Event {
        /// The event.
        event: TriggerEvent,
        /// What became of it, trigger by trigger.
        outcomes: Vec<TriggerOutcome>,
    },
    /// Insert or replace an account, if its revision is still `expect` (absent: whatever it is; 0: must not exist). Of its secrets
    /// those named in `keep` and those given stay.
    SaveAccount {
        /// The account at its new revision.
        account: Account,
        /// Revision it replaces.
        expect: Option<i64>,
        /// Names of its secrets that it still refers to.
        keep: Vec<String>,
        /// Secrets that are new.
        secrets: Vec<SealedSecret>,
    },
    /// Note what came of looking at an account; refused with [`WriteError::Changed`] if that has another revision by now.
    AccountVerified {
        /// Which.
        name: AccountName,
        /// The revision that was looked at.
        revision: i64,
        /// What came of it.
        verification: Verification,
    },
    /// Remove an account with its secrets.
    DeleteAccount(AccountName),
    /// Insert or replace a secret of the operator's; when it was first set stays.
    SaveSecret(SealedSecret),
    /// Remove a secret of the operator's.
    DeleteSecret(String),
    /// Put secrets under another key. One that was set or removed since it was read is left alone.
    Reseal(Vec<SealedSecret>),
    /// Note that the dates of a configured trigger are decided up to `at`; refused with [`WriteError::Gone`] if it is not configured so
    /// any more, its pipeline is disabled, or a date that is not before `at` was decided.
    Dated {
        /// Its pipeline.
        pipeline: PipelineId,
        /// Its position in the document.
        trigger: usize,
        /// Its entry, as it was when the date was decided.
        config: Params,
        /// The date.
        at: Timestamp,
    },
    /// Remove the oldest events, some thousands at once: those beyond the newest `most`, and those heard before `before`.
    ForgetEvents {
        /// Events that stay.
        most: i64,
        /// Events heard earlier go.
        before: Timestamp,
    },
    /// Add an audit row.
    Audit(AuditEntry),
    /// Remember a value of the installation (instance id, schema of secrets …); the last one holds.
    Setting {
        /// Its key.
        key: String,
        /// Its value.
        value: Params,
    },
}

/// One plugin in a catalogue revision.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    /// Its name.
    pub name: PluginName,
    /// The component in force.
    pub digest: Digest,
    /// What an operator granted.
    pub granted: Grants,
    /// Whether it is offered to new executions.
    pub enabled: bool,
    /// The digest before it.
    pub previous: Option<Digest>,
    /// When this digest was installed.
    pub installed: Timestamp,
}

/// Why a unit was not written. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Something of that identity exists (unique name, id, key).
    #[error("{what} exists already")]
    Exists {
        /// What: `application`, `pipeline`, `execution`, `question` (that person voted), `event`, `token`,
        /// `account`.
        what: &'static str,
    },
    /// It has another version than expected.
    #[error("{what} was changed by somebody else")]
    Changed {
        /// What.
        what: &'static str,
    },
    /// It does not exist, or is over.
    #[error("{what} does not exist or is over")]
    Gone {
        /// What.
        what: &'static str,
    },
    /// It is still in use.
    #[error("{what} is still in use")]
    InUse {
        /// What.
        what: &'static str,
    },
    /// The disk is full or read-only; nothing was lost, try again when there is room.
    #[error("the database has no room: {0}")]
    Full(String),
    /// The database failed in a way that is nobody's fault.
    #[error("the database failed: {0}")]
    Database(String),
    /// The writer is gone: the server is shutting down.
    #[error("the server is shutting down")]
    Closed,
}
