//! `DELETE /api/v1/applications/{application}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove an application that has no pipelines and no open executions.
#[utoipa::path(delete, path = "/api/v1/applications/{application}", operation_id = "deleteApplication", tag = "applications",
    params(("application" = String, Path, description = "Its name")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_application(&caller, &application).await?;
    Ok(StatusCode::NO_CONTENT)
}
