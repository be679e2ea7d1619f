//! `POST /api/v1/applications/{application}/pipelines/{pipeline}/executions`.

use app::App;
use app::start::Target;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::start::answer;
use super::wire::Execution;
use crate::authenticate::Authenticated;
use crate::extract::{OptionalDocument, Path};
use crate::problem::Problem;

/// Start the pipeline with this name or id in an application. The body is the trigger, as for `startPipeline`.
#[utoipa::path(post, path = "/api/v1/applications/{application}/pipelines/{pipeline}/executions", operation_id = "startApplicationPipeline", tag = "executions",
    params(("application" = String, Path, description = "Name of the application"), ("pipeline" = String, Path, description = "Name or id of the pipeline")),
    request_body(content = Option<Object>, description = "The trigger", example = json!({"parameters": {"version": "1.2.3"}})),
    responses((status = 201, description = "Started", body = Execution), (status = 200, description = "It runs already", body = Execution)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((application, pipeline)): Path<(String, String)>,
    OptionalDocument(trigger): OptionalDocument,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    Ok(answer(app.start(&caller, Target::Named { application, pipeline }, &trigger).await?))
}
