//! Previews on the wire.

use app::preview::{self, Simulate};
use app::start::Target;
use domain::Params;
use domain::execution::EventKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How a pipeline is to be played.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulatePipeline {
    /// The trigger, as for `startPipeline`.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"parameters": {"version": "1.2.3"}}))]
    pub trigger: Option<Params>,
    /// Answers by stage (reference or name) and label, `*` for any; `value` or `failure`, and `after` in milliseconds.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"stages": {"Approve": {"*": {"value": {"status": "continue"}, "after": 60_000}}}}))]
    pub answers: Option<Params>,
    /// Levels of child pipelines that are played, at most 4; those below are modelled as succeeded.
    #[serde(default)]
    #[schema(maximum = 4)]
    pub depth: u32,
}

impl SimulatePipeline {
    pub(super) fn of(self, target: Target) -> Simulate {
        Simulate {
            target,
            trigger: self.trigger.unwrap_or_else(Params::object),
            answers: self.answers.unwrap_or_default(),
            depth: self.depth,
        }
    }
}

/// What would happen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// How it would end; `RUNNING` when it would wait for ever.
    #[schema(example = "SUCCEEDED")]
    pub status: &'static str,
    /// Milliseconds that it would take.
    pub duration: i64,
    /// Everything that would happen, in order.
    pub timeline: Vec<Happening>,
    /// What would be asked of the outside, in order.
    pub requests: Vec<Wanted>,
    /// Where a person would be asked, in order.
    pub questions: Vec<Asked>,
    /// What a reader must know of the model.
    pub notes: Vec<String>,
}

/// One thing that would happen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Happening {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// Name of the stage that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What, as in `getExecutionEvents`.
    #[schema(value_type = Object, example = json!({"type": "execution.started"}))]
    pub event: EventKind,
}

/// One request to the outside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// Reference of the stage.
    pub stage: String,
    /// Names it in the stage.
    pub label: String,
    /// `operation`, `query`, `pipeline` or `notification`.
    #[schema(example = "operation")]
    pub kind: &'static str,
    /// Who would do it, where that is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// On which account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What it is called.
    pub name: String,
    /// Its input, evaluated; secrets stay references.
    #[schema(value_type = Object)]
    pub input: Params,
    /// What was assumed.
    pub answer: Answer,
}

/// One question.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// Reference of the stage.
    pub stage: String,
    /// Names it in the stage.
    pub label: String,
    /// One line.
    pub title: String,
    /// What is shown with it.
    pub instructions: String,
    /// Roles of which whoever answers must hold one; empty asks for EXECUTE.
    pub roles: Vec<String>,
    /// How many must approve.
    pub quorum: u32,
    /// What was assumed.
    pub answer: Answer,
}

/// What was assumed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// It is one of the answers that were given; else the model's.
    pub given: bool,
}

fn answer(outcome: Result<Params, String>, given: bool) -> Answer {
    match outcome {
        Ok(value) => Answer { value: Some(value.value().clone()), failure: None, given },
        Err(failure) => Answer { value: None, failure: Some(failure), given },
    }
}

impl From<preview::Preview> for Preview {
    fn from(played: preview::Preview) -> Preview {
        let preview::Preview { status, duration, timeline, requests, questions, notes } = played;
        Preview {
            status: status.as_str(),
            duration,
            timeline: timeline.into_iter().map(Happening::from).collect(),
            requests: requests.into_iter().map(Wanted::from).collect(),
            questions: questions.into_iter().map(Asked::from).collect(),
            notes,
        }
    }
}

impl From<preview::Moment> for Happening {
    fn from(moment: preview::Moment) -> Happening {
        let preview::Moment { at, pipeline, event, stage } = moment;
        Happening { at, pipeline, stage, event: event.kind }
    }
}

impl From<preview::Wanted> for Wanted {
    fn from(wanted: preview::Wanted) -> Wanted {
        let preview::Wanted {
            at,
            pipeline,
            stage,
            label,
            kind,
            provider,
            account,
            name,
            input,
            answer: outcome,
            given,
        } = wanted;
        let answer = answer(outcome, given);
        Wanted { at, pipeline, stage, label, kind, provider, account, name, input, answer }
    }
}

impl From<preview::Asked> for Asked {
    fn from(asked: preview::Asked) -> Asked {
        let preview::Asked { at, pipeline, stage, label, question, answer: outcome, given } = asked;
        Asked {
            at,
            pipeline,
            stage,
            label,
            title: question.title,
            instructions: question.instructions,
            roles: question.roles,
            quorum: question.quorum.max(1),
            answer: answer(outcome, given),
        }
    }
}
