//! `POST …/triggers/test`: what a payload would start, without starting it.

use app::triggers::tryout::{Sample, Tried, WouldStart};
use app::{App, Caller};
use axum::extract::State;
use domain::Params;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::{Json, Path};
use crate::moment::Moment;
use crate::problem::Problem;

/// What to try a pipeline's triggers on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TriggerSample {
    /// Only triggers of this type; all unless given.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Source that the request would be sent to; each trigger's own unless given.
    source: Option<String>,
    /// Body of the request; for a trigger that listens to host events, the event.
    #[serde(default = "Params::object")]
    #[schema(value_type = Object)]
    payload: Params,
    /// Headers of the request.
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// What came of each trigger, in the order of the document.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedTriggers {
    /// The triggers.
    items: Vec<TriedTrigger>,
}

/// What came of one trigger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TriedTrigger {
    /// Its position in the document.
    trigger: usize,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Whether it would start an execution.
    starts: bool,
    /// Parameters that the execution would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    parameters: Option<Params>,
    /// The whole trigger that it would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    execution_trigger: Option<Params>,
    /// Why the execution would fail at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<String>,
    /// Why it would start none; stable.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why it would start none, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The next dates of a trigger that fires on dates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dates: Vec<Moment>,
}

impl From<Tried> for TriedTrigger {
    fn from(tried: Tried) -> TriedTrigger {
        let Tried { index, kind, result, dates } = tried;
        let (would, refused) = match result {
            Ok(would) => (Some(would), None),
            Err(refused) => (None, Some(refused)),
        };
        let (code, message) = refused.map(|(code, message)| (code.to_string(), message)).unzip();
        let (execution_trigger, fails) = would.map(|WouldStart { trigger, fails }| (trigger, fails)).unzip();
        TriedTrigger {
            trigger: index,
            kind,
            starts: execution_trigger.is_some(),
            parameters: execution_trigger.as_ref().and_then(|it| it.get("parameters").cloned()).map(Params::new),
            execution_trigger,
            fails: fails.flatten(),
            code,
            message,
            dates: dates.into_iter().map(Moment).collect(),
        }
    }
}

/// Try a payload on the triggers of a pipeline: which would start it, with which parameters, or why not. Nothing is started or recorded.
#[utoipa::path(post, path = "/api/v1/pipelines/{pipeline}/triggers/test", operation_id = "testTriggers", tag = "triggers",
    params(("pipeline" = String, Path, description = "Id of the pipeline")),
    request_body(content = TriggerSample, description = "What to try", example = json!({"payload": {"ref": "refs/heads/main"}})),
    responses((status = 200, description = "What came of each trigger", body = TriedTriggers)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
    Json(sample): Json<TriggerSample>,
) -> Result<axum::Json<TriedTriggers>, Problem> {
    tried(&app, &caller, None, &pipeline, sample).await
}

/// The same for the pipeline with this name or id in an application.
#[utoipa::path(post, path = "/api/v1/applications/{application}/pipelines/{pipeline}/triggers/test", operation_id = "testApplicationTriggers", tag = "triggers",
    params(("application" = String, Path, description = "Name of the application"), ("pipeline" = String, Path, description = "Name or id of the pipeline")),
    request_body(content = TriggerSample, description = "What to try", example = json!({"payload": {"ref": "refs/heads/main"}})),
    responses((status = 200, description = "What came of each trigger", body = TriedTriggers)))]
pub async fn named(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((application, pipeline)): Path<(String, String)>,
    Json(sample): Json<TriggerSample>,
) -> Result<axum::Json<TriedTriggers>, Problem> {
    tried(&app, &caller, Some(&application), &pipeline, sample).await
}

async fn tried(
    app: &App,
    caller: &Caller,
    application: Option<&str>,
    pipeline: &str,
    sample: TriggerSample,
) -> Result<axum::Json<TriedTriggers>, Problem> {
    let TriggerSample { kind, source, payload, headers } = sample;
    let sample = Sample { kind, source, payload, headers: headers.into_iter().collect() };
    let tried = app.try_triggers(caller, application, pipeline, &sample).await?;
    Ok(axum::Json(TriedTriggers { items: tried.into_iter().map(TriedTrigger::from).collect() }))
}
