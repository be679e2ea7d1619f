//! `PATCH /api/v1/executions/{execution}/stages/{stage}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::{Document, Path};
use crate::problem::Problem;

/// Lay keys over the context of a running stage; the stage is told, and decides what that means. `{"manualSkip": true}` skips it.
#[utoipa::path(patch, path = "/api/v1/executions/{execution}/stages/{stage}", operation_id = "patchStage", tag = "stages",
    params(("execution" = String, Path, description = "Id of the execution"), ("stage" = String, Path, description = "Id or reference of the stage")),
    request_body(content = Object, description = "Keys and values", example = json!({"skipRemainingWait": true})),
    responses((status = 202, description = "Accepted; the stage is told")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((execution, stage)): Path<(String, String)>,
    Document(patch): Document,
) -> Result<StatusCode, Problem> {
    app.patch_stage(&caller, &execution, &stage, patch).await?;
    Ok(StatusCode::ACCEPTED)
}
