//! `GET /api/v1/questions`.

use app::{App, Page};
use axum::Json;
use axum::extract::State;

use super::wire::Question;
use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::QuestionFilters;

/// Open questions, newest first.
#[utoipa::path(get, path = "/api/v1/questions", operation_id = "listQuestions", tag = "questions",
    params(QuestionFilters), responses((status = 200, description = "A page", body = Listing<Question>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<QuestionFilters>,
) -> Result<Json<Listing<Question>>, Problem> {
    let QuestionFilters { limit, after, application, execution } = filters;
    let request = paging::request(limit, after.as_deref())?;
    let page = match execution {
        Some(execution) => Page { items: app.open_questions_of(&caller, &execution).await?, next: None },
        None => app.open_questions(&caller, application.as_deref(), &request).await?,
    };
    Ok(Json(paging::listing(page, Question::from)))
}
