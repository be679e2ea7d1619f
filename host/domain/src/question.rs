//! Questions that stages ask people. The host enforces who may answer, how often, and until when.

use serde::{Deserialize, Serialize};

use crate::id::{ExecutionId, Label, StageId};
use crate::params::Params;
use crate::stage::request::Due;
use crate::time::Timestamp;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// What kind of form the console shows: `judgment`, `skip` …
    pub kind: String,
    /// One line.
    pub title: String,
    /// HTML or text shown with it.
    pub instructions: String,
    /// JSON Schema of an answer.
    pub schema: Params,
    /// An answer approves if it holds each of these members with an equal value: it counts toward the quorum, any other valid
    /// answer decides at once.
    pub approving: Params,
    /// Roles of which an answerer must hold one; empty asks for EXECUTE on the application.
    pub roles: Vec<String>,
    /// How many approving answers decide; 0 counts as 1.
    pub quorum: u32,
    /// Each approving answer must come from another of the roles.
    pub distinct_roles: bool,
    /// Whoever started the execution may not answer.
    pub exclude_submitter: bool,
    /// When it is answered with a timeout.
    pub expires: Option<Due>,
}

/// An open or closed question of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionRow {
    /// Where it was asked.
    pub execution: ExecutionId,
    /// By which stage.
    pub stage: StageId,
    /// In which run of it.
    pub run: u32,
    /// Under which label.
    pub label: Label,
    /// Application, for permissions and lists.
    pub application: String,
    /// What is asked.
    pub question: Question,
    /// When.
    pub asked: Timestamp,
    /// Answers so far, in order.
    pub votes: Vec<Vote>,
    /// When it was decided or withdrawn.
    pub closed: Option<Timestamp>,
}

/// One person's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The answer, valid by the question's schema.
    pub answer: Params,
    /// Whether it counts toward the quorum.
    pub approves: bool,
    /// The role that it was counted under.
    pub role: Option<String>,
}

impl QuestionRow {
    /// The id that people and clients use.
    #[must_use]
    pub fn id(&self) -> String {
        question_id(&self.stage, self.run, &self.label)
    }

    /// Whether `answer` approves.
    #[must_use]
    pub fn approves(&self, answer: &Params) -> bool {
        let wanted = self.question.approving.value().as_object();
        wanted.into_iter().flatten().all(|(key, value)| answer.get(key) == Some(value))
    }

    /// Whether `vote`, added to those already there, decides the question.
    #[must_use]
    pub fn decides(&self, vote: &Vote) -> bool {
        if !vote.approves {
            return true;
        }
        let approving = 1 + self.votes.iter().filter(|earlier| earlier.approves).count();
        approving >= usize::try_from(self.question.quorum.max(1)).unwrap_or(usize::MAX)
    }
}

/// The id of the question `label` of a run of a stage.
#[must_use]
pub fn question_id(stage: &StageId, run: u32, label: &Label) -> String {
    format!("{stage}.{run}.{label}")
}
