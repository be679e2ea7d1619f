//! `POST /api/v1/plugins/{plugin}/disable`.

use app::App;
use app::plugins::Switch;
use axum::Json;
use axum::extract::State;

use super::wire::Plugin;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Let no new execution find a plugin; those that run keep it.
#[utoipa::path(post, path = "/api/v1/plugins/{plugin}/disable", operation_id = "disablePlugin", tag = "plugins",
    params(("plugin" = String, Path, description = "Its name")),
    responses((status = 200, description = "The plugin as it is now", body = Plugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(plugin): Path<String>,
) -> Result<Json<Option<Plugin>>, Problem> {
    Ok(Json(app.switch_plugin(&caller, &plugin, Switch::Disable).await?.map(|plugin| Plugin::of(&app, plugin))))
}
