//! `GET /api/v1/presets`.

use app::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Preset;
use crate::authenticate::Authenticated;

/// All presets.
#[derive(Debug, Serialize, ToSchema)]
pub struct Presets {
    /// By type key.
    pub items: Vec<Preset>,
}

/// Presets: stage types that operators made of others, by type key.
#[utoipa::path(get, path = "/api/v1/presets", operation_id = "listPresets", tag = "plugins",
    responses((status = 200, description = "All of them", body = Presets)))]
pub async fn handler(State(app): State<App>, Authenticated(_caller): Authenticated) -> Json<Presets> {
    Json(Presets { items: app.presets().all().cloned().map(Preset::from).collect() })
}
