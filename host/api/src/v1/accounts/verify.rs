//! `POST /api/v1/accounts/{account}/verify`.

use app::App;
use axum::extract::State;

use super::wire::Account;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// Have the provider look at an account again. Needs WRITE on the account.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/verify", operation_id = "verifyAccount", tag = "accounts",
    params(("account" = String, Path, description = "Its name")),
    responses((status = 200, description = "The account with what was found", body = Account)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(account): Path<String>,
) -> Result<Tagged<Account>, Problem> {
    let found = app.verify_account(&caller, &account).await?;
    Ok(Tagged::ok(found.revision, Account::of(&app, &caller, &found)))
}
