//! `PUT /api/v1/presets/{preset}`.

use app::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::wire::Preset;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Path};
use crate::problem::Problem;

/// Make or replace a preset: a stage type made of another one, with fixed configuration and parameters. Needs `plugin.manage`. Executions that run
/// already keep what they began with.
#[utoipa::path(put, path = "/api/v1/presets/{preset}", operation_id = "savePreset", tag = "plugins",
    params(("preset" = String, Path, description = "Its type key")),
    request_body(content = Object, description = "The preset's document: `type`, `target`, `label`, `description`, `enabled`, `config`, `parameters`, `permissions`",
        example = json!({"type": "openTicket", "target": "callService", "label": "Open a ticket", "config": {"url": "https://tickets.example.com/"}, "parameters": [{"name": "title", "label": "Title"}]})),
    responses((status = 200, description = "Replaced", body = Preset), (status = 201, description = "Made", body = Preset)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(preset): Path<String>,
    Document(document): Document,
) -> Result<(StatusCode, Json<Preset>), Problem> {
    let (saved, is_new) = app.save_preset(&caller, &preset, document).await?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(saved.into())))
}
