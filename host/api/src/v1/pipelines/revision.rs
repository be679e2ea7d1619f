//! `GET /api/v1/pipelines/{pipeline}/revisions/{revision}`.

use app::App;
use axum::Json;
use axum::extract::State;
use domain::Params;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// The document of one revision, as written.
#[utoipa::path(get, path = "/api/v1/pipelines/{pipeline}/revisions/{revision}", operation_id = "getRevision", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Its id"), ("revision" = i64, Path, description = "Number of the revision")),
    responses((status = 200, description = "The document", content_type = "application/json", body = Object)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((pipeline, revision)): Path<(String, i64)>,
) -> Result<Json<Params>, Problem> {
    Ok(Json(app.revision(&caller, &pipeline, revision).await?))
}
