//! Configuration of `pipeline`, field by field after the reference.

use mainsheet_sdk::prelude::*;

/// 12 hours in milliseconds.
pub const TIMEOUT: u64 = 43_200_000;

/// Runs another pipeline, and may wait for its end.
#[config]
pub struct Pipeline {
    /// Application of the pipeline.
    #[field(en = "Application", zh = "应用", help_zh = "子流水线所属的应用", choices = "applications")]
    pub application: String,
    /// Id of the pipeline, not its name.
    #[field(en = "Pipeline", zh = "流水线", help_zh = "子流水线的 ID（不是名称）", choices = "pipelines")]
    pub pipeline: String,
    /// Parameters given to the pipeline: a map, or an expression that gives one. Declared ones that are missing take their defaults.
    #[field(en = "Parameters", zh = "参数", widget = "key-value")]
    #[schemars(extend("type" = ["object", "string"]))]
    pub pipeline_parameters: Value,
    /// Whether the stage waits for the end of the pipeline and shares its fate; without it, it succeeds once the pipeline is started.
    #[field(en = "Wait for completion", zh = "等待结果", help_zh = "不等待时，子流水线启动即视为成功", default = Value::Bool(true))]
    #[schemars(extend("type" = ["boolean", "string"]))]
    pub wait_for_completion: Value,
    /// Keeps the outputs of the pipeline from later stages.
    #[field(en = "Skip its outputs", zh = "不传递输出")]
    pub skip_downstream_output: Flag,
    /// A person may skip the stage while it runs.
    #[field(en = "Skippable", zh = "可跳过")]
    pub skippable: Flag,
    /// Artifacts to bind from what the pipeline produced.
    #[field(en = "Expected artifacts", zh = "期望制品", widget = "artifact")]
    pub expected_artifacts: Option<Vec<Value>>,
    /// User that the new execution's trigger names.
    #[field(en = "User", zh = "触发用户", widget = "hidden")]
    pub user: Option<String>,
    /// Application of a deployment strategy, instead of `application`.
    #[field(widget = "hidden")]
    pub pipeline_application: Option<String>,
    /// Id of a deployment strategy, instead of `pipeline`.
    #[field(widget = "hidden")]
    pub pipeline_id: Option<String>,
    /// An execution that was started already: only waited for.
    #[field(widget = "hidden")]
    pub execution_id: Option<String>,
}

impl Pipeline {
    /// What the schema cannot say.
    pub fn problems(self) -> Vec<Problem> {
        let is_named = [Some(self.pipeline), self.pipeline_id, self.execution_id].into_iter().flatten();
        let named = is_named.into_iter().any(|name| !name.trim().is_empty());
        let missing = || Problem {
            pointer: "/pipeline".to_owned(),
            code: "configuration.invalid".to_owned(),
            message: "no pipeline is named; choose one by its id".to_owned(),
        };
        if named { Vec::new() } else { vec![missing()] }
    }

    /// Only the word false, as boolean or text in any case, turns waiting off.
    pub fn waits(&self) -> bool {
        match &self.wait_for_completion {
            Value::Bool(waits) => *waits,
            Value::String(text) => !text.trim().eq_ignore_ascii_case("false"),
            _ => true,
        }
    }
}
