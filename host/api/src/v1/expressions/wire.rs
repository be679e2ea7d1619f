//! Evaluations on the wire.

use app::expressions::{Against, Evaluated};
use domain::code::code;
use domain::params::Value;
use domain::{Params, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// Most expressions of one request.
const MOST: usize = 100;
/// Most characters of one of them: the bound that the language has.
const LONGEST: usize = 10_000;

/// What is to be evaluated, and against what.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read by hand so that every problem has its place")]
pub struct Evaluation {
    /// At most 100 texts of at most 10,000 characters.
    expressions: Vec<String>,
    /// Id of the execution that they see; without it they see `context`.
    execution: Option<String>,
    /// Id or reference of the stage that they see it as.
    stage: Option<String>,
    /// What they see instead of an execution: names and what they mean. `execution`, if there, is one in Spinnaker's form.
    #[schema(value_type = Option<Object>)]
    context: Option<Params>,
}

/// What they gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationAnswer {
    /// One for each expression, in order.
    results: Vec<EvaluationResult>,
    /// `expressionEvaluationSummary` as a stage would show it: by expression, what kept it from having a value.
    #[schema(value_type = Object)]
    summary: Value,
}

/// What one of them gave: a `value` or an `error`.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationResult {
    /// The text as it was asked.
    expression: String,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ExpressionError>,
    /// The text as a stage would keep it, where some of its placeholders have values and others have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<Value>,
}

/// Why an expression has no value.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpressionError {
    /// Stable; has a page.
    #[schema(example = "expression.unresolved")]
    code: String,
    /// What is wrong.
    message: String,
    /// Line in the text, from 1.
    line: usize,
    /// Column in that line, in characters, from 1.
    column: usize,
    /// The name that was not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Names that exist and look like it, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearest: Vec<String>,
}

impl EvaluationAnswer {
    pub(super) fn of(texts: Vec<String>, evaluated: Evaluated) -> EvaluationAnswer {
        let summary = evaluated.summary.to_json();
        let results = texts.into_iter().zip(evaluated.answers).map(|(expression, answer)| match answer.problem {
            None => EvaluationResult { expression, value: Some(answer.value), error: None, partial: None },
            Some(problem) => {
                let partial = Some(answer.value).filter(|value| value.as_str() != Some(expression.as_str()));
                let error = ExpressionError {
                    code: problem.code.to_string(),
                    message: problem.told(),
                    line: problem.line,
                    column: problem.column,
                    name: problem.name,
                    nearest: problem.nearest,
                };
                EvaluationResult { expression, value: None, error: Some(error), partial }
            }
        });
        EvaluationAnswer { results: results.collect(), summary }
    }
}

/// Reads the body; every problem with its place.
pub(super) fn read(body: &Params) -> Result<(Against, Vec<String>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |pointer: &str, message: String| {
        problems.push(Problem::at(pointer, code("request.field-invalid"), message));
    };
    for key in body.keys() {
        if !["expressions", "execution", "stage", "context"].contains(&key.as_str()) {
            let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
            wrong(
                &pointer,
                format!("`{key}` is not known here: send `expressions`, and `execution`, `stage` or `context`."),
            );
        }
    }
    let mut text = |key: &str| match body.get(key).filter(|value| !value.is_null()) {
        None => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            wrong(&format!("/{key}"), format!("`{key}` must be a text."));
            None
        }
    };
    let (execution, stage) = (text("execution"), text("stage"));
    let context = match body.get("context").filter(|value| !value.is_null()) {
        None => None,
        Some(Value::Object(context)) => Some(Params::new(Value::Object(context.clone()))),
        Some(_) => {
            wrong("/context", "The context must be an object: names and what they mean.".to_owned());
            None
        }
    };
    if execution.is_some() && context.is_some() {
        wrong("/context", "Send `execution` or `context`, not both.".to_owned());
    }
    let texts = texts(body.get("expressions"), &mut wrong);
    if !problems.is_empty() {
        return Err(problems);
    }
    let against = match execution {
        Some(execution) => Against::Execution { execution, stage },
        None => Against::Context { context: context.unwrap_or_else(Params::object), stage },
    };
    Ok((against, texts))
}

fn texts(expressions: Option<&Value>, wrong: &mut impl FnMut(&str, String)) -> Vec<String> {
    let Some(Value::Array(items)) = expressions else {
        wrong("/expressions", "`expressions` must be a list of texts.".to_owned());
        return Vec::new();
    };
    if items.is_empty() || items.len() > MOST {
        wrong("/expressions", format!("`expressions` must have 1 to {MOST} entries, and has {}.", items.len()));
        return Vec::new();
    }
    let mut texts = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        match item {
            Value::String(text) if text.chars().count() <= LONGEST => texts.push(text.clone()),
            Value::String(_) => wrong(
                &format!("/expressions/{at}"),
                format!("An expression may have {LONGEST} characters, and this one has more."),
            ),
            _ => wrong(&format!("/expressions/{at}"), "An expression must be a text.".to_owned()),
        }
    }
    texts
}
