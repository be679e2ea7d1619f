//! `POST /api/v1/executions`.

use app::App;
use app::start::Target;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Params;
use serde::Deserialize;
use utoipa::ToSchema;

use super::start::answer;
use super::wire::Execution;
use crate::authenticate::Authenticated;
use crate::extract;
use crate::problem::Problem;

/// A document that is run without being stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartDocument {
    /// Application that it belongs to; the document's own unless given.
    #[serde(default)]
    #[schema(example = "shop")]
    application: Option<String>,
    /// The pipeline's document.
    #[schema(value_type = Object, example = json!({"application": "shop", "name": "once", "stages": []}))]
    document: Params,
    /// The trigger, as for `startPipeline`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    trigger: Option<Params>,
}

/// Run a document without storing it. Needs WRITE and EXECUTE on its application.
#[utoipa::path(post, path = "/api/v1/executions", operation_id = "startDocument", tag = "executions",
    request_body(content = StartDocument, example = json!({"application": "shop", "document": {"application": "shop", "name": "once", "stages": []}, "trigger": {"parameters": {}}})),
    responses((status = 201, description = "Started", body = Execution), (status = 200, description = "It runs already", body = Execution)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    extract::Json(start): extract::Json<StartDocument>,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    let StartDocument { application, document, trigger } = start;
    let trigger = trigger.unwrap_or_else(Params::object);
    Ok(answer(app.start(&caller, Target::Document { application, document }, &trigger).await?))
}
