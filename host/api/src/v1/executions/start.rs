//! `POST /api/v1/pipelines/{pipeline}/executions`.

use app::App;
use app::start::{Started, Target};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::wire::Execution;
use crate::authenticate::Authenticated;
use crate::extract::{OptionalDocument, Path};
use crate::problem::Problem;

/// Start the pipeline with this id. The body is the trigger: `parameters`, `artifacts`, `correlationId`, and whatever else the
/// pipeline reads from `trigger`. While an execution with the same `correlationId` is not complete, it is answered and nothing starts.
#[utoipa::path(post, path = "/api/v1/pipelines/{pipeline}/executions", operation_id = "startPipeline", tag = "executions",
    params(("pipeline" = String, Path, description = "Id of the pipeline")),
    request_body(content = Option<Object>, description = "The trigger", example = json!({"parameters": {"version": "1.2.3"}})),
    responses((status = 201, description = "Started", body = Execution), (status = 200, description = "It runs already", body = Execution)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
    OptionalDocument(trigger): OptionalDocument,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    Ok(answer(app.start(&caller, Target::Pipeline(pipeline), &trigger).await?))
}

pub(super) fn answer(started: Started) -> (StatusCode, Json<Execution>) {
    let Started { execution, existed } = started;
    (if existed { StatusCode::OK } else { StatusCode::CREATED }, Json(execution.into()))
}
