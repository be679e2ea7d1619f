//! `PUT /api/v1/applications/{application}/pipelines/{pipeline}`.

use app::App;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Expected, Path};
use crate::problem::Problem;
use crate::response::Tagged;

/// Make or replace the pipeline with this name or id in an application. With `If-Match`, only the revision that you have read is
/// replaced.
#[utoipa::path(put, path = "/api/v1/applications/{application}/pipelines/{pipeline}", operation_id = "saveApplicationPipeline", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application"), ("pipeline" = String, Path, description = "Its name or id")),
    request_body(content = Object, description = "The pipeline's document", example = json!({"application": "shop", "name": "release", "stages": []})),
    responses((status = 200, description = "Replaced", body = Pipeline), (status = 201, description = "Made", body = Pipeline)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((application, pipeline)): Path<(String, String)>,
    Expected(expect): Expected,
    Document(document): Document,
) -> Result<Tagged<Pipeline>, Problem> {
    let saved = app.save_pipeline_named(&caller, &application, &pipeline, document, expect).await?;
    Ok(Tagged::saved(saved.revision, saved.into()))
}
