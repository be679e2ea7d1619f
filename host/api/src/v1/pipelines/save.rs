//! `PUT /api/v1/pipelines/{pipeline}`.

use app::App;
use app::pipelines::SavePipeline;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Expected, Path};
use crate::problem::Problem;
use crate::response::Tagged;

/// Make or replace the pipeline with this id. With `If-Match`, only the revision that you have read is replaced.
#[utoipa::path(put, path = "/api/v1/pipelines/{pipeline}", operation_id = "savePipeline", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Its id")),
    request_body(content = Object, description = "The pipeline's document", example = json!({"application": "shop", "name": "release", "stages": []})),
    responses((status = 200, description = "Replaced", body = Pipeline), (status = 201, description = "Made", body = Pipeline)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
    Expected(expect): Expected,
    Document(document): Document,
) -> Result<Tagged<Pipeline>, Problem> {
    let save = SavePipeline { application: None, id: Some(pipeline), document, expect };
    let saved = app.save_pipeline(&caller, save).await?;
    Ok(Tagged::saved(saved.revision, saved.into()))
}
