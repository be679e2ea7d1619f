//! `PUT /api/v1/secrets/{secret}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::{Path, Raw};
use crate::problem::Problem;

/// Most bytes of a secret's value.
const LIMIT: usize = 1 << 20;

/// Set a secret: the body is its value, byte for byte. It is sealed, and no answer ever shows it. Needs `secret.manage`.
#[utoipa::path(put, path = "/api/v1/secrets/{secret}", operation_id = "saveSecret", tag = "secrets",
    params(("secret" = String, Path, description = "Its name")),
    request_body(content_type = "application/octet-stream", description = "The value, 1 byte to 1 MiB", content = Vec<u8>),
    responses((status = 204, description = "Replaced"), (status = 201, description = "Set for the first time")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(secret): Path<String>,
    Raw(value): Raw<LIMIT>,
) -> Result<StatusCode, Problem> {
    let is_new = app.save_secret(&caller, &secret, &value).await?;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT })
}
