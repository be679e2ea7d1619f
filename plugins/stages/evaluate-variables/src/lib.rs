//! Stage `evaluateVariables`: gives names to values. Behaviour: reference `pipelines-and-stages.md` §3.4.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::Expression;

/// Context key under which the host, and whoever reads a run, finds what could not be evaluated.
const SUMMARY: &str = "expressionEvaluationSummary";

/// Gives names to values, which later stages see by them.
#[config]
pub struct EvaluateVariables {
    /// The variables, in order; with evaluator v4 each sees those before it.
    #[field(
        en = "Variables",
        zh = "变量",
        help_zh = "按顺序求值，后面的变量可引用前面的变量",
        widget = "variables",
        deferred
    )]
    pub variables: Vec<Variable>,
    /// Whether the stage fails if a value cannot be evaluated; otherwise it keeps its text.
    #[field(en = "Fail on failed expressions", zh = "表达式失败时阶段失败", initial = true)]
    pub fail_on_failed_expressions: Flag,
}

/// One variable.
#[config]
pub struct Variable {
    /// Its name. Without one it is left out.
    #[field(en = "Name", zh = "变量名", required)]
    pub key: Value,
    /// Its value: text is evaluated, anything else is taken as it is.
    #[field(en = "Value", zh = "值", widget = "expression")]
    pub value: Value,
    /// What it is for.
    #[field(en = "Description", zh = "说明")]
    pub description: Option<Value>,
}

impl Variable {
    fn name(&self) -> Option<String> {
        let name = match &self.key {
            Value::String(text) => text.trim().to_owned(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        (!name.is_empty()).then_some(name)
    }
}

async fn evaluate(config: EvaluateVariables, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("evaluateVariables");
    let named: Vec<(String, &Variable)> =
        config.variables.iter().filter_map(|variable| Some((variable.name()?, variable))).collect();
    let values = values(&named, &flow).await?;
    let mut shown = Vec::with_capacity(named.len());
    let mut failures = Map::new();
    for ((name, variable), (value, problem)) in named.iter().zip(values) {
        let mut entry = json!({ "key": name, "value": value, "sourceValue": variable.value });
        if let Some(description) = &variable.description {
            entry["description"] = description.clone();
        }
        shown.push(entry);
        flow.output(name, value);
        failures.extend(problem.map(|problem| (name.clone(), summary(problem))));
    }
    flow.context("variables", shown);
    if !failures.is_empty() {
        // The host fails the stage by this, if it is to fail.
        flow.context(SUMMARY, failures);
    }
    Ok(Finish::succeeded())
}

/// What each variable is, and why it is only its text. With v4 text sees the variables before it, those that are no text included.
async fn values(named: &[(String, &Variable)], flow: &Flow) -> Result<Vec<(Value, Option<Value>)>, Failure> {
    let texts = named.iter().filter(|(_, variable)| variable.value.is_string()).count();
    if texts == 0 {
        return Ok(named.iter().map(|(_, variable)| (variable.value.clone(), None)).collect());
    }
    let one_by_one = named.len() > 1 && is_version_4(flow).await?;
    let ask = |(name, variable): &(String, &Variable)| Expression {
        name: one_by_one.then(|| name.clone()),
        value: variable.value.clone(),
    };
    let answers = flow.evaluate("variables", named.iter().map(ask).collect()).await?;
    let value = |(at, (_, variable)): (usize, &(String, &Variable))| match answers.get(at) {
        Some(answer) if variable.value.is_string() => (answer.value.clone(), answer.problem.clone()),
        _ => (variable.value.clone(), None),
    };
    Ok(named.iter().enumerate().map(value).collect())
}

/// Whether the pipeline evaluates one by one; v2 and v3 know nothing of the list while they evaluate it.
async fn is_version_4(flow: &Flow) -> Result<bool, Failure> {
    let version = Expression { name: None, value: "${execution.spelEvaluator}".into() };
    let answer = flow.evaluate("evaluator", vec![version]).await?.into_iter().next();
    Ok(answer.is_some_and(|answer| answer.value.as_str().is_some_and(|version| version.eq_ignore_ascii_case("v4"))))
}

/// The problem of one variable, as the summary lists them.
fn summary(problem: Value) -> Value {
    let told = problem.get("message").cloned().unwrap_or(problem);
    json!([{ "level": "ERROR", "description": told }])
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("evaluateVariables", evaluate)
            .label("Evaluate variables", "计算变量")
            .help("Gives names to values, which later stages see by them.", "计算变量的值，后续阶段可按名称引用。")
            .restart(&["variables", SUMMARY], &[]),
    )
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
