//! What happened in an execution, as observers and the live stream read it. Append-only, densely numbered per execution.

use serde::{Deserialize, Serialize};

use super::state::ExecutionStatus;
use crate::failure::Failure;
use crate::id::{ExecutionId, Label, RefId, StageId};
use crate::params::Params;
use crate::stage::StageStatus;
use crate::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Everything that can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// It was admitted.
    #[serde(rename = "execution.created")]
    ExecutionCreated,
    /// It began.
    #[serde(rename = "execution.started")]
    ExecutionStarted,
    /// A person paused it.
    #[serde(rename = "execution.paused")]
    ExecutionPaused {
        /// Who.
        by: Option<String>,
    },
    /// A person let it go on.
    #[serde(rename = "execution.resumed")]
    ExecutionResumed {
        /// Who.
        by: Option<String>,
    },
    /// Somebody cancelled it; its stages clean up.
    #[serde(rename = "execution.cancelling")]
    ExecutionCancelling {
        /// Who.
        by: Option<String>,
        /// Why.
        reason: Option<String>,
    },
    /// It is over.
    #[serde(rename = "execution.ended")]
    ExecutionEnded {
        /// How.
        status: ExecutionStatus,
    },
    /// Synthetic stages came into being.
    #[serde(rename = "stage.planned")]
    StagePlanned {
        /// The new stage.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// Its type.
        kind: String,
        /// Its name.
        name: String,
        /// Its parent.
        parent: StageId,
    },
    /// A run began.
    #[serde(rename = "stage.started")]
    StageStarted {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// Number of the run.
        run: u32,
    },
    /// A run entered a phase.
    #[serde(rename = "stage.phase")]
    StagePhase {
        /// Which.
        stage: StageId,
        /// The phase's name.
        phase: String,
    },
    /// A run ended.
    #[serde(rename = "stage.ended")]
    StageEnded {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// How.
        status: StageStatus,
        /// Why, when it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Failure>,
    },
    /// A person changed a stage's context.
    #[serde(rename = "stage.patched")]
    StagePatched {
        /// Which.
        stage: StageId,
        /// Who.
        by: Option<String>,
        /// The keys changed.
        keys: Vec<String>,
    },
    /// A person restarted a stage: it begins anew, in another run. Its synthetic stages of the run before are gone.
    #[serde(rename = "stage.restarted")]
    StageRestarted {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// Who.
        by: Option<String>,
        /// Number of the next run.
        run: u32,
    },
    /// A stage was reset because one upstream was restarted. Its synthetic stages of the run before are gone.
    #[serde(rename = "stage.reset")]
    StageReset {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// Number of the next run.
        run: u32,
    },
    /// An effect was ordered.
    #[serde(rename = "operation.ordered")]
    OperationOrdered {
        /// By which stage.
        stage: StageId,
        /// Under which label.
        label: Label,
        /// Provider.
        provider: Option<String>,
        /// Kind.
        operation: String,
    },
    /// An effect has its outcome.
    #[serde(rename = "operation.ended")]
    OperationEnded {
        /// Of which stage.
        stage: StageId,
        /// Under which label.
        label: Label,
        /// What went wrong, if something did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// A person is asked.
    #[serde(rename = "question.asked")]
    QuestionAsked {
        /// By which stage.
        stage: StageId,
        /// Under which label.
        label: Label,
        /// One line.
        title: String,
    },
    /// A person's answer decided.
    #[serde(rename = "question.answered")]
    QuestionAnswered {
        /// Of which stage.
        stage: StageId,
        /// Under which label.
        label: Label,
        /// Who.
        by: Option<String>,
    },
    /// Another execution was started.
    #[serde(rename = "child.started")]
    ChildStarted {
        /// By which stage.
        stage: StageId,
        /// The child.
        child: ExecutionId,
    },
    /// People should be told.
    #[serde(rename = "notice")]
    Notice {
        /// By which stage.
        stage: StageId,
        /// Which of the configured `when` values.
        when: String,
        /// More for the text.
        detail: Params,
    },
    /// The stage waits: its plugin is not called for now.
    #[serde(rename = "stage.held")]
    StageHeld {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
        /// Why.
        reason: Failure,
    },
    /// The stage goes on.
    #[serde(rename = "stage.released")]
    StageReleased {
        /// Which.
        stage: StageId,
        /// Its reference.
        reference: RefId,
    },
    /// People are to be told: a delivery was ordered.
    #[serde(rename = "notification.ordered")]
    NotificationOrdered {
        /// Of which stage; absent: of the execution itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<StageId>,
        /// Label of the operation that delivers it.
        label: Label,
        /// Which of the configured `when` values.
        when: String,
        /// Type of the notification.
        kind: String,
        /// Where it goes, as far as people may see it.
        address: String,
    },
    /// A delivery has its outcome.
    #[serde(rename = "notification.ended")]
    NotificationEnded {
        /// Of which stage; absent: of the execution itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<StageId>,
        /// Label of the operation that delivered it, or did not.
        label: Label,
        /// What went wrong, if something did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// People should be told, and nothing can do it.
    #[serde(rename = "notification.undeliverable")]
    NotificationUndeliverable {
        /// Of which stage; absent: of the execution itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<StageId>,
        /// Which of the configured `when` values.
        when: String,
        /// Type of the notification.
        kind: String,
        /// Where it should go, as far as people may see it.
        address: String,
        /// Why not, and what to do.
        reason: Failure,
    },
    /// The plugin failed, not the work: trap, deadline, malformed reply.
    #[serde(rename = "stage.fault")]
    StageFault {
        /// Which.
        stage: StageId,
        /// What happened, with the plugin's own stack and last log lines in the details.
        failure: Failure,
        /// Whether it will be tried again.
        retrying: bool,
    },
}
