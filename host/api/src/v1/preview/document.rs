//! `POST /api/v1/simulate`.

use app::App;
use app::start::Target;
use axum::Json;
use axum::extract::State;
use domain::Params;
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::{Preview, SimulatePipeline};
use crate::authenticate::Authenticated;
use crate::extract;
use crate::problem::Problem;

/// A document that is played without being stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulateDocument {
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
    /// Answers, as for `simulatePipeline`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Option<Params>,
    /// Levels of child pipelines that are played, at most 4.
    #[serde(default)]
    #[schema(maximum = 4)]
    depth: u32,
}

/// Play a document without storing it, as `simulatePipeline` does. Needs READ on its application.
#[utoipa::path(post, path = "/api/v1/simulate", operation_id = "simulateDocument", tag = "pipelines",
    request_body(content = SimulateDocument, example = json!({"application": "shop", "document": {"application": "shop", "name": "once", "stages": []}})),
    responses((status = 200, description = "What would happen", body = Preview)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    extract::Json(simulate): extract::Json<SimulateDocument>,
) -> Result<Json<Preview>, Problem> {
    let SimulateDocument { application, document, trigger, answers, depth } = simulate;
    let rest = SimulatePipeline { trigger, answers, depth };
    let preview = app.simulate(&caller, rest.of(Target::Document { application, document })).await?;
    Ok(Json(preview.into()))
}
