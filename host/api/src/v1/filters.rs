//! What lists and the stream can be asked for, in the query of a request. A filter that does not exist is refused.

use serde::Deserialize;
use utoipa::IntoParams;

/// Which executions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExecutionFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Of this application.
    pub application: Option<String>,
    /// Of the pipeline with this id.
    pub pipeline: Option<String>,
    /// In one of these states, separated by commas: `RUNNING,PAUSED`.
    pub status: Option<String>,
    /// Started by a trigger of this type.
    pub trigger_type: Option<String>,
    /// Started by a stage of this execution.
    pub parent: Option<String>,
    /// With this text in its id, its name or who started it.
    pub text: Option<String>,
}

/// Which questions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuestionFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Of this application.
    pub application: Option<String>,
    /// Of this execution; the whole list comes on one page.
    pub execution: Option<String>,
}

/// Which operations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OperationFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Of this application.
    pub application: Option<String>,
    /// Of this execution.
    pub execution: Option<String>,
    /// Without (`true`) or with (`false`) an outcome.
    pub open: Option<bool>,
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Of this provider.
    pub provider: Option<String>,
}

/// Which rows of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// By this principal.
    pub principal: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// Done to this.
    pub target: Option<String>,
    /// Allowed (`true`) or denied (`false`) ones alone.
    pub allowed: Option<bool>,
}

/// Which events heard.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventFilters {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Of this trigger type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Looked at for the pipeline with this id.
    pub pipeline: Option<String>,
}

/// Which events of the stream.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamFilters {
    /// Of this application.
    pub application: Option<String>,
    /// Of this execution.
    pub execution: Option<String>,
    /// Where to go on, for clients that cannot send the header `Last-Event-ID`.
    pub last_event_id: Option<String>,
}
