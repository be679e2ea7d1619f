//! `GET /api/v1/executions`.

use app::{App, ExecutionFilter};
use axum::Json;
use axum::extract::State;
use domain::code::code;
use domain::execution::ExecutionStatus;

use super::wire::ListedExecution;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::ExecutionFilters;

/// Executions that you may look at, newest first. A page may be short, or empty, although there is a next one.
#[utoipa::path(get, path = "/api/v1/executions", operation_id = "listExecutions", tag = "executions",
    params(ExecutionFilters), responses((status = 200, description = "A page", body = Listing<ListedExecution>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<ExecutionFilters>,
) -> Result<Json<Listing<ListedExecution>>, Problem> {
    let ExecutionFilters { limit, after, application, pipeline, status, trigger_type, parent, text } = filters;
    let filter = ExecutionFilter {
        application: application.map(Into::into),
        pipeline: pipeline.map(Into::into),
        statuses: statuses(status.as_deref())?,
        trigger_type,
        parent: parent.map(Into::into),
        text,
    };
    let page = app.executions(&caller, &filter, &paging::request(limit, after.as_deref())?).await?;
    Ok(Json(paging::listing(page, ListedExecution::from)))
}

fn statuses(text: Option<&str>) -> Result<Vec<ExecutionStatus>, Problem> {
    let names = text.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let parse = |name: &str| {
        ExecutionStatus::parse(name).ok_or_else(|| {
            let all: Vec<&str> = ExecutionStatus::ALL.iter().map(|status| status.as_str()).collect();
            let detail = format!("`{name}` is no status; use {}.", all.join(", "));
            Problem::malformed(code("request.status-unknown"), detail)
        })
    };
    names.map(parse).collect()
}
