//! `GET /api/v1/executions`.

use app::{App, ExecutionFilter};
use axum::Json;
use axum::extract::State;
use domain::code::code;
use domain::execution::ExecutionStatus;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::ListedExecution;
use crate::authenticate::Authenticated;
use crate::extract::Query;
use crate::paging::{self, Listing};
use crate::problem::Problem;

/// Filters of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Most rows, 1 to 500; 50 unless given.
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
    /// Of this application.
    application: Option<String>,
    /// Of the pipeline with this id.
    pipeline: Option<String>,
    /// In one of these states, separated by commas: `RUNNING,PAUSED`.
    status: Option<String>,
    /// Started by a trigger of this type.
    trigger_type: Option<String>,
    /// Started by a stage of this execution.
    parent: Option<String>,
    /// With this text in its id, its name or who started it.
    text: Option<String>,
}

/// Executions that you may look at, newest first. A page may be short, or empty, although there is a next one.
#[utoipa::path(get, path = "/api/v1/executions", operation_id = "listExecutions", tag = "executions",
    params(Filters), responses((status = 200, description = "A page", body = Listing<ListedExecution>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(filters): Query<Filters>,
) -> Result<Json<Listing<ListedExecution>>, Problem> {
    let Filters { limit, after, application, pipeline, status, trigger_type, parent, text } = filters;
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
