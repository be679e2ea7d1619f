//! `GET /api/v1/applications/{application}/pipelines`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::{Path, QueryString};
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Pipelines of an application, by name.
#[utoipa::path(get, path = "/api/v1/applications/{application}/pipelines", operation_id = "listApplicationPipelines", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application"), ListQuery),
    responses((status = 200, description = "A page", body = Listing<Pipeline>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Pipeline>>, Problem> {
    let page = app.pipelines(&caller, &application, &query.page()?).await?;
    Ok(Json(paging::listing(page, Pipeline::from)))
}
