//! `GET /api/v1/accounts/{account}`.

use app::App;
use axum::extract::State;

use super::wire::Account;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// One account, its secrets as references.
#[utoipa::path(get, path = "/api/v1/accounts/{account}", operation_id = "getAccount", tag = "accounts",
    params(("account" = String, Path, description = "Its name")),
    responses((status = 200, description = "The account", body = Account)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(account): Path<String>,
) -> Result<Tagged<Account>, Problem> {
    let found = app.account(&caller, &account).await?;
    Ok(Tagged::ok(found.revision, Account::of(&app, &caller, &found)))
}
