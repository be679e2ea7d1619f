//! `GET /api/v1/presets/{preset}`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Preset;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// One preset.
#[utoipa::path(get, path = "/api/v1/presets/{preset}", operation_id = "getPreset", tag = "plugins",
    params(("preset" = String, Path, description = "Its type key")),
    responses((status = 200, description = "The preset", body = Preset)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(_caller): Authenticated,
    Path(preset): Path<String>,
) -> Result<Json<Preset>, Problem> {
    Ok(Json(app.preset(&preset)?.into()))
}
