//! `POST /api/v1/plugins`.

use app::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::wire::{COMPONENT_LIMIT, GrantQuery, Plugin};
use crate::authenticate::Authenticated;
use crate::extract::{QueryString, Raw};
use crate::problem::Problem;

/// Install a component and grant it what it wants. The same component with the same grants is left as it is.
#[utoipa::path(post, path = "/api/v1/plugins", operation_id = "installPlugin", tag = "plugins",
    params(GrantQuery), request_body(content_type = "application/wasm", description = "The component", content = Vec<u8>),
    responses((status = 201, description = "Installed", body = Plugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<GrantQuery>,
    Raw(component): Raw<COMPONENT_LIMIT>,
) -> Result<(StatusCode, Json<Plugin>), Problem> {
    let installed = app.install_plugin(&caller, component, query.granted()?).await?;
    Ok((StatusCode::CREATED, Json(Plugin::of(&app, installed))))
}
