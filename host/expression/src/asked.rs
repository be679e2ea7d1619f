//! Single texts that a person wants evaluated.
use std::borrow::Cow;

use serde_json::Value;

use crate::error::{Code, Problem};
use crate::need::Need;
use crate::options::Options;
use crate::root::Root;
use crate::summary::Summary;
use crate::template::Template;
use crate::walk::{Walk, evaluate_value};

/// What a text gave.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The result; without one, the text as Spinnaker would leave it in a document, other placeholders resolved.
    pub value: Value,
    /// Why there is no result; its place is one in the text that was asked.
    pub problem: Option<Problem>,
    /// `expressionEvaluationSummary`.
    pub summary: Summary,
}

impl Answer {
    /// The answer to a text that is not evaluated any more.
    #[must_use]
    pub fn refused(text: &str, message: &str) -> Answer {
        let problem = Problem {
            code: Code::Limit,
            message: message.to_owned(),
            outer: None,
            exception_type: "java.lang.IllegalStateException",
            offset: 0,
            line: 1,
            column: 1,
            name: None,
            nearest: Vec::new(),
        };
        Answer { value: text.into(), problem: Some(problem), summary: Summary::default() }
    }
}

/// Evaluates what a person asked for: a text with `${…}` is a template, any other text is one expression.
///
/// # Errors
/// What has to be fetched first.
pub fn evaluate_asked(text: &str, root: &Root<'_>, options: &Options<'_>, walk: Walk<'_>) -> Result<Answer, Vec<Need>> {
    let bare = !Template::is_one(text);
    let source = if bare { Cow::Owned(format!("${{{text}}}")) } else { Cow::Borrowed(text) };
    let asked = Value::String(source.into_owned());
    let outcome = evaluate_value(&asked, root, options, walk);
    if !outcome.needs.is_empty() {
        return Err(outcome.needs);
    }
    let mut problem =
        outcome.summary.entries().flat_map(|(_, entries)| entries).map(|entry| entry.problem.clone()).next();
    if let Some(problem) = problem.as_mut().filter(|_| bare) {
        unwrapped(problem, text);
    }
    let failed = problem.is_some() && bare;
    let value = if failed { Value::String(text.to_owned()) } else { outcome.value.into_owned() };
    Ok(Answer { value, problem, summary: outcome.summary })
}

/// Moves a place in `${text}` to the same place in `text`.
fn unwrapped(problem: &mut Problem, text: &str) {
    const OPENING: usize = "${".len();
    problem.offset = problem.offset.saturating_sub(OPENING).min(text.len());
    if problem.line == 1 {
        problem.column = problem.column.saturating_sub(OPENING).max(1);
    }
}
