//! `POST /api/v1/expressions/evaluate`.

use app::{App, AppError};
use axum::Json;
use axum::extract::State;

use super::wire::{Evaluation, EvaluationAnswer, read};
use crate::authenticate::Authenticated;
use crate::extract::Document;
use crate::problem::Problem;

/// Evaluate expressions against an execution, one of its stages, or a context of your own. A text with `${…}` is a template, any
/// other text is one expression. An expression that fails is no error of the request: its result says why. Needs READ on the
/// execution's application.
#[utoipa::path(post, path = "/api/v1/expressions/evaluate", operation_id = "evaluateExpressions", tag = "expressions",
    request_body(content = Evaluation, example = json!({"context": {"parameters": {"version": "1.2"}}, "expressions": ["v${parameters.version}", "parameters.versoin ?: 'none'"]})),
    responses((status = 200, description = "Evaluated", body = EvaluationAnswer)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Document(body): Document,
) -> Result<Json<EvaluationAnswer>, Problem> {
    let (against, texts) = read(&body).map_err(|problems| AppError::invalid("The request", problems))?;
    let evaluated = app.evaluate(&caller, &against, &texts).await?;
    Ok(Json(EvaluationAnswer::of(texts, evaluated)))
}
