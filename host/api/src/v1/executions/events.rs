//! `GET /api/v1/executions/{execution}/events`.

use app::App;
use app::stream::StreamFilter;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::numbered_event::NumberedEvent;
use crate::authenticate::Authenticated;
use crate::extract::{Path, QueryString};
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;
use crate::stream::{Wish, respond};

/// What has happened in an execution, in order. With `Accept: text/event-stream`, what happens from now on, as `/api/v1/stream` has it.
#[utoipa::path(get, path = "/api/v1/executions/{execution}/events", operation_id = "listExecutionEvents", tag = "executions",
    params(("execution" = String, Path, description = "Its id"), ListQuery),
    responses((status = 200, description = "A page", body = Listing<NumberedEvent>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(execution): Path<String>,
    QueryString(query): QueryString<ListQuery>,
    wish: Wish,
) -> Result<Response, Problem> {
    if wish.accepts {
        let filter = StreamFilter { application: None, execution: Some(execution.into()) };
        return respond(&app, &caller, filter, None, wish).await;
    }
    let page = app.execution_events(&caller, &execution, &query.page()?).await?;
    let listing: Listing<NumberedEvent> = paging::listing(page, |(number, event)| NumberedEvent::of(number, event));
    Ok(Json(listing).into_response())
}
