//! `GET /api/v1/pipelines`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Pipelines of all applications that you may look at, by application and name.
#[utoipa::path(get, path = "/api/v1/pipelines", operation_id = "listPipelines", tag = "pipelines",
    params(ListQuery), responses((status = 200, description = "A page", body = Listing<Pipeline>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Pipeline>>, Problem> {
    let page = app.all_pipelines(&caller, &query.page()?).await?;
    Ok(Json(paging::listing(page, Pipeline::from)))
}
