//! The check of one condition, by a child.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::Expression;

use crate::cluster_size;
use crate::config::{CheckPreconditions, problem};

/// Checks the condition of this child.
///
/// # Errors
/// `precondition.unmet` when it does not hold; `configuration.invalid` when it cannot be checked.
pub async fn check(kind: &str, config: &CheckPreconditions, flow: &Flow) -> Result<Finish, Failure> {
    flow.phase("checkPrecondition");
    match kind {
        "noop" => {}
        "expression" => expression(config, flow).await?,
        "stageStatus" => stage_status(config, flow).await?,
        "clusterSize" => cluster_size::check(config, flow).await?,
        other => {
            let message = format!(
                "`{other}` is no kind of precondition; there are expression, clusterSize, stageStatus and noop"
            );
            return Err(problem("/preconditionType", &message).into());
        }
    }
    Ok(Finish::succeeded())
}

/// Why the stage does not go on, in the words of whoever wrote the condition where there are some.
pub fn unmet(config: &CheckPreconditions, otherwise: String) -> Failure {
    let own = config.text("failureMessage");
    let message = if own.is_empty() { otherwise } else { own.to_owned() };
    Failure::new(FailureClass::Conflict, code("precondition.unmet"), message)
}

/// Holds if the text of the result reads `true`. The host may have evaluated it already: then its result stands here.
async fn expression(config: &CheckPreconditions, flow: &Flow) -> Result<(), Failure> {
    let written = match config.context.get("expression") {
        None | Some(Value::Null) => "false".to_owned(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    };
    let value = if written.contains("${") { written.clone() } else { format!("${{{written}}}") };
    let asked = vec![Expression { name: None, value: value.into() }];
    let result = flow.evaluate("expression", asked).await?.into_iter().next();
    let (text, reason) = match result {
        Some(result) => (shown(&result.value), result.problem),
        None => (String::new(), None),
    };
    let mut context = config.context.clone();
    context.insert("expressionResult".to_owned(), text.clone().into());
    flow.context("context", context);
    if text.eq_ignore_ascii_case("true") {
        return Ok(());
    }
    let why = reason.as_ref().and_then(|reason| reason.get("message")?.as_str()).unwrap_or("it has to read true");
    Err(unmet(config, format!("The expression `{written}` gave `{text}`: {why}.")))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Holds if the first stage of that name has that status.
async fn stage_status(config: &CheckPreconditions, flow: &Flow) -> Result<(), Failure> {
    let (name, wanted) = (config.text("stageName"), config.text("stageStatus"));
    if name.is_empty() || wanted.is_empty() {
        return Err(problem("/context", "a stageStatus precondition needs `stageName` and `stageStatus`").into());
    }
    let stages = flow.query("stages", Query::new("host", "stages", json!({}))).await?;
    let named = |stage: &&Value| stage.get("name").and_then(Value::as_str) == Some(name);
    let Some(stage) = stages.as_array().and_then(|stages| stages.iter().find(named)) else {
        return Err(unmet(config, format!("The execution has no stage called `{name}`.")));
    };
    let status = stage.get("status").and_then(Value::as_str).unwrap_or_default();
    if status == wanted {
        return Ok(());
    }
    Err(unmet(config, format!("Stage `{name}` has the status {status}, not {wanted}.")))
}
