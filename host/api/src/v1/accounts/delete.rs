//! `DELETE /api/v1/accounts/{account}`.

use app::App;
use axum::extract::State;
use axum::http::StatusCode;

use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// Remove an account with its secrets. What names it fails from then on. Needs `account.manage`.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}", operation_id = "deleteAccount", tag = "accounts",
    params(("account" = String, Path, description = "Its name")), responses((status = 204, description = "Removed")))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(account): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_account(&caller, &account).await?;
    Ok(StatusCode::NO_CONTENT)
}
