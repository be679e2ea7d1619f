//! `DELETE /api/v1/tokens/{token}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Revoke a token by its name, at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{token}", operation_id = "revokeToken", tag = "tokens",
    params(("token" = String, Path, description = "Name of the token")), responses((status = 204, description = "Revoked")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    app.revoke_token(&caller, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
