//! `PUT /api/v1/executions/{execution}/stages/{stage}/restart`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::{OptionalJson, Path};
use crate::problem::Problem;
use crate::v1::executions::wire::Reason;

/// Restart a stage that is over or has not started: it and what is complete downstream begin anew, and the execution if it had ended.
#[utoipa::path(put, path = "/api/v1/executions/{execution}/stages/{stage}/restart", operation_id = "restartStage", tag = "stages",
    params(("execution" = String, Path, description = "Id of the execution"), ("stage" = String, Path, description = "Id or reference of the stage")),
    request_body(content = Option<Reason>, example = json!({"reason": "the registry is back"})),
    responses((status = 202, description = "Accepted; the stage begins anew")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((execution, stage)): Path<(String, String)>,
    OptionalJson(Reason { reason }): OptionalJson<Reason>,
) -> Result<StatusCode, Problem> {
    app.restart_stage(&caller, &execution, &stage, reason).await?;
    Ok(StatusCode::ACCEPTED)
}
