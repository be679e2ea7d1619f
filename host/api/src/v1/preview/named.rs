//! `POST /api/v1/applications/{application}/pipelines/{pipeline}/simulate`.

use app::App;
use app::start::Target;
use axum::Json;
use axum::extract::State;

use super::wire::{Preview, SimulatePipeline};
use crate::authenticate::Authenticated;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// Play the pipeline with this name or id in an application, as `simulatePipeline` does.
#[utoipa::path(post, path = "/api/v1/applications/{application}/pipelines/{pipeline}/simulate", operation_id = "simulateApplicationPipeline", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application"), ("pipeline" = String, Path, description = "Name or id of the pipeline")),
    request_body(content = SimulatePipeline, example = json!({"trigger": {"parameters": {"version": "1.2.3"}}})),
    responses((status = 200, description = "What would happen", body = Preview)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((application, pipeline)): Path<(String, String)>,
    extract::Json(simulate): extract::Json<SimulatePipeline>,
) -> Result<Json<Preview>, Problem> {
    let preview = app.simulate(&caller, simulate.of(Target::Named { application, pipeline })).await?;
    Ok(Json(preview.into()))
}
