//! `POST /api/v1/pipelines/{pipeline}/simulate`.

use app::App;
use app::start::Target;
use axum::Json;
use axum::extract::State;

use super::wire::{Preview, SimulatePipeline};
use crate::authenticate::Authenticated;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// Play the pipeline with this id: the real stages with modelled answers, without any effect. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/pipelines/{pipeline}/simulate", operation_id = "simulatePipeline", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Id of the pipeline")),
    request_body(content = SimulatePipeline, example = json!({"trigger": {"parameters": {"version": "1.2.3"}}})),
    responses((status = 200, description = "What would happen", body = Preview)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
    extract::Json(simulate): extract::Json<SimulatePipeline>,
) -> Result<Json<Preview>, Problem> {
    let preview = app.simulate(&caller, simulate.of(Target::Pipeline(pipeline))).await?;
    Ok(Json(preview.into()))
}
