//! `GET /api/v1/questions/{question}`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Question;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// One question, open or closed, with its answers.
#[utoipa::path(get, path = "/api/v1/questions/{question}", operation_id = "getQuestion", tag = "questions",
    params(("question" = String, Path, description = "Its id")),
    responses((status = 200, description = "The question", body = Question)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(question): Path<String>,
) -> Result<Json<Question>, Problem> {
    Ok(Json(app.question(&caller, &question).await?.into()))
}
