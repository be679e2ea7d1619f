//! `GET /api/v1/applications/{application}/pipelines/{pipeline}`.

use app::App;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// One pipeline of an application, by name or id.
#[utoipa::path(get, path = "/api/v1/applications/{application}/pipelines/{pipeline}", operation_id = "getApplicationPipeline", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application"), ("pipeline" = String, Path, description = "Its name or id")),
    responses((status = 200, description = "The pipeline", body = Pipeline)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((application, pipeline)): Path<(String, String)>,
) -> Result<Tagged<Pipeline>, Problem> {
    let found = app.pipeline_in(&caller, &application, &pipeline).await?;
    Ok(Tagged::ok(found.revision, found.into()))
}
