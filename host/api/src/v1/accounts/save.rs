//! `PUT /api/v1/accounts/{account}`.

use app::App;
use axum::extract::State;

use super::wire::Account;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Expected, Path};
use crate::problem::Problem;
use crate::response::Tagged;

/// Make or replace an account. Secrets are taken out of the document, sealed, and replaced by references; a reference that is sent back keeps its
/// secret. The provider looks at the account before the answer. With `If-Match`, only the revision that you have read is replaced. Needs
/// `account.manage`.
#[utoipa::path(put, path = "/api/v1/accounts/{account}", operation_id = "saveAccount", tag = "accounts",
    params(("account" = String, Path, description = "Its name")),
    request_body(content = Object, description = "The account's document: `provider`, `config` as the provider's manifest describes it, `permissions`",
        example = json!({"provider": "http", "config": {"hosts": ["artifacts.example.com"], "username": "ci", "password": "correct horse"}, "permissions": {"READ": ["dev"], "WRITE": ["ops"]}})),
    responses((status = 200, description = "Replaced", body = Account), (status = 201, description = "Made", body = Account)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(account): Path<String>,
    Expected(expected): Expected,
    Document(document): Document,
) -> Result<Tagged<Account>, Problem> {
    let saved = app.save_account(&caller, &account, document, expected).await?;
    Ok(Tagged::saved(saved.revision, Account::of(&app, &caller, &saved)))
}
