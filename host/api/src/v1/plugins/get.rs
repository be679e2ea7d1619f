//! `GET /api/v1/plugins/{plugin}`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Plugin;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// One installed plugin: manifest, grants, versions.
#[utoipa::path(get, path = "/api/v1/plugins/{plugin}", operation_id = "getPlugin", tag = "plugins",
    params(("plugin" = String, Path, description = "Its name")),
    responses((status = 200, description = "The plugin", body = Plugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(plugin): Path<String>,
) -> Result<Json<Plugin>, Problem> {
    Ok(Json(Plugin::of(&app, app.plugin(&caller, &plugin)?)))
}
