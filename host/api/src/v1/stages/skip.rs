//! `POST /api/v1/executions/{execution}/stages/{stage}/skip`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::{OptionalJson, Path};
use crate::problem::Problem;
use crate::v1::executions::wire::Reason;

/// Skip a running stage that allows it: it ends SKIPPED, and what waits for it runs.
#[utoipa::path(post, path = "/api/v1/executions/{execution}/stages/{stage}/skip", operation_id = "skipStage", tag = "stages",
    params(("execution" = String, Path, description = "Id of the execution"), ("stage" = String, Path, description = "Id or reference of the stage")),
    request_body(content = Option<Reason>, example = json!({"reason": "tested by hand"})),
    responses((status = 202, description = "Accepted; the stage is told")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((execution, stage)): Path<(String, String)>,
    OptionalJson(Reason { reason }): OptionalJson<Reason>,
) -> Result<StatusCode, Problem> {
    app.skip_stage(&caller, &execution, &stage, reason).await?;
    Ok(StatusCode::ACCEPTED)
}
