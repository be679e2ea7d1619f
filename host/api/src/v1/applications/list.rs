//! `GET /api/v1/applications`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Application;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// Applications that you may look at, by name.
#[utoipa::path(get, path = "/api/v1/applications", operation_id = "listApplications", tag = "applications",
    params(ListQuery), responses((status = 200, description = "A page", body = Listing<Application>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Application>>, Problem> {
    let page = app.applications(&caller, &query.page()?).await?;
    Ok(Json(paging::listing(page, Application::from)))
}
