//! `GET /api/v1/accounts`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Account;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::AccountFilters;

/// Accounts that you may look at, by name.
#[utoipa::path(get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    params(AccountFilters), responses((status = 200, description = "A page", body = Listing<Account>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<AccountFilters>,
) -> Result<Json<Listing<Account>>, Problem> {
    let request = paging::request(query.limit, query.after.as_deref())?;
    let page = app.accounts(&caller, query.provider.as_deref(), &request);
    Ok(Json(paging::listing(page, |account| Account::of(&app, &caller, &account))))
}
