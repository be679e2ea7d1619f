//! `DELETE /api/v1/pipelines/{pipeline}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove a pipeline. Its executions and revisions stay readable.
#[utoipa::path(delete, path = "/api/v1/pipelines/{pipeline}", operation_id = "deletePipeline", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Its id")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_pipeline(&caller, &pipeline).await?;
    Ok(StatusCode::NO_CONTENT)
}
