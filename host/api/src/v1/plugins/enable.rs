//! `POST /api/v1/plugins/{plugin}/enable`.

use app::App;
use app::plugins::Switch;
use axum::Json;
use axum::extract::State;

use super::wire::Plugin;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Let new executions find a plugin again.
#[utoipa::path(post, path = "/api/v1/plugins/{plugin}/enable", operation_id = "enablePlugin", tag = "plugins",
    params(("plugin" = String, Path, description = "Its name")),
    responses((status = 200, description = "The plugin as it is now", body = Plugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(plugin): Path<String>,
) -> Result<Json<Option<Plugin>>, Problem> {
    Ok(Json(app.switch_plugin(&caller, &plugin, Switch::Enable).await?.map(|plugin| Plugin::of(&app, plugin))))
}
