//! `DELETE /api/v1/plugins/{plugin}`.

use app::App;
use app::plugins::Switch;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Take a plugin out of the catalogue; executions that run keep it to their end.
#[utoipa::path(delete, path = "/api/v1/plugins/{plugin}", operation_id = "removePlugin", tag = "plugins",
    params(("plugin" = String, Path, description = "Its name")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(plugin): Path<String>,
) -> Result<StatusCode, Problem> {
    app.switch_plugin(&caller, &plugin, Switch::Remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
