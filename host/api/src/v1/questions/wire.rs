//! Questions on the wire.

use domain::Params;
use domain::question::QuestionRow;
use domain::stage::request::Due;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// A question that a stage asks people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Execution that asks.
    pub execution: String,
    /// Id of the stage that asks.
    pub stage: String,
    /// Run of the stage.
    pub run: u32,
    /// Names the question in that run.
    pub label: String,
    /// Application of the execution.
    pub application: String,
    /// What kind of form to show.
    #[schema(example = "judgment")]
    pub kind: String,
    /// One line.
    pub title: String,
    /// Text or HTML shown with it.
    pub instructions: String,
    /// JSON Schema of an answer.
    #[schema(value_type = Object)]
    pub schema: Params,
    /// An answer with these members approves: it counts toward the quorum, any other decides at once.
    #[schema(value_type = Object)]
    pub approving: Params,
    /// Who may answer: holders of one of these roles; empty for those who may EXECUTE.
    pub roles: Vec<String>,
    /// How many approving answers decide.
    pub quorum: u32,
    /// Each approving answer must come from another of the roles.
    pub distinct_roles: bool,
    /// Whoever started the execution may not answer.
    pub exclude_submitter: bool,
    /// When it expires, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
    /// When it was asked.
    pub asked: Moment,
    /// When it was decided or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Moment>,
    /// Answers so far.
    pub votes: Vec<Vote>,
}

/// One person's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vote {
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
    /// The answer.
    #[schema(value_type = Object, example = json!({"status": "continue"}))]
    pub answer: Params,
    /// Whether it counts toward the quorum.
    pub approves: bool,
    /// The role that it was counted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl From<QuestionRow> for Question {
    fn from(row: QuestionRow) -> Question {
        let id = row.id();
        let QuestionRow { execution, stage, run, label, application, question, asked, votes, closed } = row;
        let domain::question::Question {
            kind,
            title,
            instructions,
            schema,
            approving,
            roles,
            quorum,
            distinct_roles,
            exclude_submitter,
            expires,
        } = question;
        // What counts active time moves with every pause, so only the others have a moment to show.
        let expires = match expires {
            Some(Due::After(millis)) => Some(asked.plus(millis.into())),
            Some(Due::At(at)) => Some(at),
            Some(Due::Active(_)) | None => None,
        };
        Question {
            id,
            execution: execution.to_string(),
            stage: stage.to_string(),
            run,
            label: label.to_string(),
            application,
            kind,
            title,
            instructions,
            schema,
            approving,
            roles,
            quorum: quorum.max(1),
            distinct_roles,
            exclude_submitter,
            expires: expires.map(Into::into),
            asked: asked.into(),
            closed: closed.map(Into::into),
            votes: votes.into_iter().map(Vote::from).collect(),
        }
    }
}

impl From<domain::question::Vote> for Vote {
    fn from(vote: domain::question::Vote) -> Vote {
        let domain::question::Vote { by, at, answer, approves, role } = vote;
        Vote { by, at: at.into(), answer, approves, role }
    }
}
