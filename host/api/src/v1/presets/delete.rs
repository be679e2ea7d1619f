//! `DELETE /api/v1/presets/{preset}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove a preset. Pipelines that use it cannot be started until something offers its type again.
#[utoipa::path(delete, path = "/api/v1/presets/{preset}", operation_id = "deletePreset", tag = "plugins",
    params(("preset" = String, Path, description = "Its type key")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(preset): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_preset(&caller, &preset).await?;
    Ok(StatusCode::NO_CONTENT)
}
