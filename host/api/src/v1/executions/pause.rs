//! `POST /api/v1/executions/{execution}/pause`.

use app::App;
use app::control::Wish;
use axum::Json;
use axum::extract::State;

use super::wire::{Execution, Reason};
use crate::authenticate::Authenticated;
use crate::extract::{OptionalJson, Path};
use crate::problem::Problem;

/// Pause a running execution: begun work goes on, nothing new starts.
#[utoipa::path(post, path = "/api/v1/executions/{execution}/pause", operation_id = "pauseExecution", tag = "executions",
    params(("execution" = String, Path, description = "Its id")),
    request_body(content = Option<Reason>, example = json!({"reason": "wrong version"})),
    responses((status = 200, description = "The execution as it is now", body = Execution)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(execution): Path<String>,
    OptionalJson(Reason { reason }): OptionalJson<Reason>,
) -> Result<Json<Execution>, Problem> {
    Ok(Json(app.control(&caller, &execution, Wish::Pause, reason).await?.into()))
}
