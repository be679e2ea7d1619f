//! `POST /api/v1/plugins/inspect`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::{COMPONENT_LIMIT, GrantQuery, InspectedPlugin};
use crate::authenticate::Authenticated;
use crate::extract::{QueryString, Raw};
use crate::problem::Problem;

/// Say what a component is and what it wants, without installing it.
#[utoipa::path(post, path = "/api/v1/plugins/inspect", operation_id = "inspectPlugin", tag = "plugins",
    params(GrantQuery), request_body(content_type = "application/wasm", description = "The component", content = Vec<u8>),
    responses((status = 200, description = "What it is", body = InspectedPlugin)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<GrantQuery>,
    Raw(component): Raw<COMPONENT_LIMIT>,
) -> Result<Json<InspectedPlugin>, Problem> {
    Ok(Json(app.inspect_plugin(&caller, component, query.granted()?).await?.into()))
}
