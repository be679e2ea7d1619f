//! `GET /api/v1/executions/{execution}`.

use app::App;
use axum::extract::State;

use super::wire::WholeExecution;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// One execution with its stages and questions.
#[utoipa::path(get, path = "/api/v1/executions/{execution}", operation_id = "getExecution", tag = "executions",
    params(("execution" = String, Path, description = "Its id")),
    responses((status = 200, description = "The execution", body = WholeExecution)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(execution): Path<String>,
) -> Result<Tagged<WholeExecution>, Problem> {
    let found = app.execution(&caller, &execution).await?;
    Ok(Tagged::ok(found.version, found.into()))
}
