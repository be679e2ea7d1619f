//! `GET /api/v1/operations`.

use app::{App, OperationFilter};
use axum::Json;
use axum::extract::State;

use super::wire::Operation;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::OperationFilters;

/// Operations, newest first. A page may be short, or empty, although there is a next one.
#[utoipa::path(get, path = "/api/v1/operations", operation_id = "listOperations", tag = "operations",
    params(OperationFilters), responses((status = 200, description = "A page", body = Listing<Operation>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<OperationFilters>,
) -> Result<Json<Listing<Operation>>, Problem> {
    let OperationFilters { limit, after, application, execution, open } = filters;
    let filter =
        OperationFilter { execution: execution.map(Into::into), application: application.map(Into::into), open };
    let page = app.operations(&caller, &filter, &paging::request(limit, after.as_deref())?).await?;
    Ok(Json(paging::listing(page, Operation::from)))
}
