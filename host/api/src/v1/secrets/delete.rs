//! `DELETE /api/v1/secrets/{secret}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove a secret that no account refers to. Needs `secret.manage`.
#[utoipa::path(delete, path = "/api/v1/secrets/{secret}", operation_id = "deleteSecret", tag = "secrets",
    params(("secret" = String, Path, description = "Its name")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(secret): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_secret(&caller, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}
