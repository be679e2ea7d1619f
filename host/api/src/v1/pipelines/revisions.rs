//! `GET /api/v1/pipelines/{pipeline}/revisions`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::{Path, QueryString};
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Revisions kept of a pipeline, newest first; also of one that was removed.
#[utoipa::path(get, path = "/api/v1/pipelines/{pipeline}/revisions", operation_id = "listRevisions", tag = "pipelines",
    params(("pipeline" = String, Path, description = "Its id"), ListQuery),
    responses((status = 200, description = "A page", body = Listing<Pipeline>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(pipeline): Path<String>,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Pipeline>>, Problem> {
    let page = app.revisions(&caller, &pipeline, &query.page()?).await?;
    Ok(Json(paging::listing(page, Pipeline::from)))
}
