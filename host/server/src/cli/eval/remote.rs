//! Evaluating on a server, against an execution.

use serde_json::{Value, json};

use super::{Failed, Outcome};
use crate::cli::client::{Client, Content, route};
use crate::cli::error::CliError;

/// Most expressions that one request takes.
const TOGETHER: usize = 100;

/// Evaluates `texts` against an execution, or as one of its stages sees it.
///
/// # Errors
/// The server is unreachable, or refuses.
pub(super) fn evaluate(
    client: &Client,
    execution: &str,
    stage: Option<&str>,
    texts: &[String],
) -> Result<Vec<Outcome>, CliError> {
    let mut outcomes = Vec::with_capacity(texts.len());
    for texts in texts.chunks(TOGETHER) {
        let body = json!({ "execution": execution, "stage": stage, "expressions": texts });
        let mut reply = client.post(&route::one("expressions", "evaluate"), &Content::Json(&body))?;
        let results = reply.get_mut("results").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        outcomes.extend(texts.iter().zip(results).map(|(text, mut result)| Outcome {
            expression: text.clone(),
            result: match result.get_mut("error").map(Value::take) {
                None => Ok(result.get_mut("value").map(Value::take).unwrap_or_default()),
                Some(shown) => Err(Failed::read(shown)),
            },
        }));
    }
    Ok(outcomes)
}
