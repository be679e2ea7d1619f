//! `GET /api/v1/plugins`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Plugin;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Installed plugins by name, disabled ones included.
#[utoipa::path(get, path = "/api/v1/plugins", operation_id = "listPlugins", tag = "plugins",
    params(ListQuery), responses((status = 200, description = "A page", body = Listing<Plugin>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Plugin>>, Problem> {
    Ok(Json(paging::listing(app.plugins(&caller, &query.page()?), |plugin| Plugin::of(&app, plugin))))
}
