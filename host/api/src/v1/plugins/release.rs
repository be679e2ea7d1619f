//! `POST /api/v1/plugins/{plugin}/release`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Plugin;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Let a plugin be called again that is in quarantine. Stages that wait for it go on with the version in force.
#[utoipa::path(post, path = "/api/v1/plugins/{plugin}/release", operation_id = "releasePlugin", tag = "plugins",
    params(("plugin" = String, Path, description = "Its name")),
    responses((status = 200, description = "The plugin as it is now; `null` when it was removed", body = Plugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(plugin): Path<String>,
) -> Result<Json<Option<Plugin>>, Problem> {
    let released = app.release_plugin(&caller, &plugin).await?;
    Ok(Json(released.map(|plugin| Plugin::of(&app, plugin))))
}
