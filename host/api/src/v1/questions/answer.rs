//! `POST /api/v1/questions/{question}/answers`.

use app::App;
use app::questions::Answered;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Question;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Path};
use crate::problem::Problem;

/// What became of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerTaken {
    /// Whether it decided the question; otherwise more people are asked.
    decided: bool,
    /// The question with this answer.
    question: Question,
}

/// Answer a question. The body is the answer itself, as the question's schema wants it.
#[utoipa::path(post, path = "/api/v1/questions/{question}/answers", operation_id = "answerQuestion", tag = "questions",
    params(("question" = String, Path, description = "Its id")),
    request_body(content = Object, description = "The answer", example = json!({"status": "continue"})),
    responses((status = 201, description = "Taken", body = AnswerTaken)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(question): Path<String>,
    Document(answer): Document,
) -> Result<(StatusCode, Json<AnswerTaken>), Problem> {
    let Answered { question, decided } = app.answer(&caller, &question, answer).await?;
    Ok((StatusCode::CREATED, Json(AnswerTaken { decided, question: question.into() })))
}
