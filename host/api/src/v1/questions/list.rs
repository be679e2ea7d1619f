//! `GET /api/v1/questions`.

use app::{App, Page};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::Question;
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
    /// Of this execution; the whole list comes on one page.
    execution: Option<String>,
}

/// Open questions, newest first.
#[utoipa::path(get, path = "/api/v1/questions", operation_id = "listQuestions", tag = "questions",
    params(Filters), responses((status = 200, description = "A page", body = Listing<Question>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(filters): Query<Filters>,
) -> Result<Json<Listing<Question>>, Problem> {
    let Filters { limit, after, application, execution } = filters;
    let request = paging::request(limit, after.as_deref())?;
    let page = match execution {
        Some(execution) => Page { items: app.open_questions_of(&caller, &execution).await?, next: None },
        None => app.open_questions(&caller, application.as_deref(), &request).await?,
    };
    Ok(Json(paging::listing(page, Question::from)))
}
