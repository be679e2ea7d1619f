//! `GET /api/v1/pipelines/{pipeline}`.

use app::App;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// One pipeline by its id.
#[utoipa::path(get, path = "/api/v1/pipelines/{pipeline}", operation_id = "getPipeline", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Its id")),
    responses((status = 200, description = "The pipeline", body = Pipeline)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
) -> Result<Tagged<Pipeline>, Problem> {
    let found = app.pipeline(&caller, &pipeline).await?;
    Ok(Tagged::ok(found.revision, found.into()))
}
