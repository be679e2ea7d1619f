//! Expressions that decide: `stageEnabled` and preconditions (§1.7).
use serde_json::Value;

use crate::error::Problem;
use crate::need::Need;
use crate::options::Options;
use crate::root::Root;
use crate::template::{Evaluated, Templates};

/// What a deciding expression says.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Yes.
    True,
    /// No, and why if it was not a plain `false`.
    False {
        /// What the expression gave, as text.
        result: String,
        /// What kept it from giving a value.
        problem: Option<Problem>,
    },
    /// Something has to be fetched first.
    Needs(Vec<Need>),
}

/// Evaluates `${expression}`: true only if the result reads `true`, whatever the case.
pub fn evaluate_bool(expression: &str, root: &Root<'_>, options: &Options<'_>, templates: &Templates) -> Condition {
    let source = format!("${{{expression}}}");
    let no = |problem: Problem| Condition::False { result: expression.to_owned(), problem: Some(problem) };
    let template = match templates.get(&source) {
        Ok(template) => template,
        Err(problem) => return no(*problem),
    };
    let value = match template.evaluate(root, options) {
        Evaluated::Value(value) => value,
        Evaluated::Partial { problem, .. } | Evaluated::Unresolved(problem) | Evaluated::Failed(problem) => {
            return no(problem);
        }
        Evaluated::Needs(needs) => return Condition::Needs(needs),
    };
    let result = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    if result.eq_ignore_ascii_case("true") { Condition::True } else { Condition::False { result, problem: None } }
}

/// Whether a stage with `stageEnabled: {type: "expression", expression}` runs: a blank expression lets it.
pub fn evaluate_stage_enabled(
    expression: &str,
    root: &Root<'_>,
    options: &Options<'_>,
    templates: &Templates,
) -> Condition {
    if expression.trim().is_empty() { Condition::True } else { evaluate_bool(expression, root, options, templates) }
}
