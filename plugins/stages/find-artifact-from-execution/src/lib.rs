//! Stage `findArtifactFromExecution`: takes artifacts from another execution. Behaviour: reference `pipelines-and-stages.md` §3.14.

use mainsheet_sdk::prelude::*;

/// Takes artifacts from the most recent execution of a pipeline.
#[config]
pub struct FindArtifact {
    /// Application of the pipeline.
    #[field(en = "Application", zh = "应用", choices = "applications")]
    pub application: Option<String>,
    /// Id of the pipeline.
    #[field(en = "Pipeline", zh = "流水线", help_zh = "流水线的 ID（不是名称）", choices = "pipelines", required)]
    pub pipeline: String,
    /// Which executions count; with none chosen, all.
    #[field(en = "Executions", zh = "执行状态", help_zh = "均未选择时不限状态")]
    pub execution_options: Executions,
    /// What is looked for.
    #[field(en = "Expected artifact", zh = "期望制品", widget = "artifact")]
    pub expected_artifact: Option<Value>,
    /// What is looked for, where it is more than one.
    #[field(en = "Expected artifacts", zh = "期望制品", widget = "artifact")]
    pub expected_artifacts: Vec<Value>,
}

/// Which executions count.
#[config]
pub struct Executions {
    /// Those that succeeded.
    #[field(en = "Succeeded", zh = "成功", initial = true)]
    #[serde(alias = "successful")]
    pub succeeded: Flag,
    /// Those that failed.
    #[field(en = "Failed", zh = "失败")]
    pub terminal: Flag,
    /// Those that still run.
    #[field(en = "Running", zh = "运行中")]
    pub running: Flag,
}

impl Executions {
    fn statuses(&self) -> Vec<&'static str> {
        let chosen = [(self.succeeded, "SUCCEEDED"), (self.terminal, "TERMINAL"), (self.running, "RUNNING")];
        chosen.into_iter().filter(|(wanted, _)| wanted.0).map(|(_, status)| status).collect()
    }
}

impl FindArtifact {
    /// What the schema cannot say.
    pub fn problems(self) -> Vec<Problem> {
        let missing = |pointer: &str| Problem {
            pointer: pointer.to_owned(),
            code: "configuration.invalid".to_owned(),
            message: "is missing".to_owned(),
        };
        let mut problems = Vec::new();
        if self.pipeline.trim().is_empty() {
            problems.push(missing("/pipeline"));
        }
        if self.wanted().is_empty() {
            problems.push(missing("/expectedArtifact"));
        }
        problems
    }

    fn wanted(&self) -> Vec<Value> {
        self.expected_artifact
            .iter()
            .chain(&self.expected_artifacts)
            .filter(|entry| entry.is_object())
            .cloned()
            .collect()
    }
}

async fn find(config: FindArtifact, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("findArtifactFromExecution");
    if let Some(problem) = config.clone().problems().into_iter().next() {
        return Err(problem.into());
    }
    let input = json!({
        "application": config.application, "pipeline": config.pipeline.trim(),
        "statuses": config.execution_options.statuses(), "expectedArtifacts": config.wanted(), "stage": flow.meta().stage,
    });
    let found = flow.query("find", Query::new("host", "find-artifacts", input)).await?;
    for key in ["artifacts", "resolvedExpectedArtifacts"] {
        let list = found.get(key).cloned().unwrap_or_else(|| json!([]));
        flow.context(key, &list);
        flow.output(key, list);
    }
    flow.artifacts(found.get("artifacts").and_then(Value::as_array).into_iter().flatten().cloned());
    Ok(Finish::succeeded())
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("findArtifactFromExecution", find)
            .label("Find artifacts from execution", "从执行记录查找制品")
            .help(
                "Takes artifacts from the most recent execution of a pipeline.",
                "从流水线最近一次执行中查找制品，供后续阶段使用。",
            )
            .check(FindArtifact::problems)
            .restart(&["artifacts", "resolvedExpectedArtifacts"], &[]),
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
