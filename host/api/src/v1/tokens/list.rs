//! `GET /api/v1/tokens`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Token;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Tokens by name, without their texts. Administrators list them.
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "listTokens", tag = "tokens",
    params(ListQuery), responses((status = 200, description = "A page", body = Listing<Token>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Token>>, Problem> {
    let page = app.tokens(&caller, &query.page()?).await?;
    Ok(Json(paging::listing(page, Token::from)))
}
