//! Configuration of `jenkins` and `ci`, field by field after the reference.

use mainsheet_sdk::prelude::*;

/// Runs a build on a CI server, and may wait for its end.
#[config]
pub struct Build {
    /// Provider that speaks with the server; only of `ci`.
    #[field(en = "CI provider", zh = "CI 服务类型", default = "jenkins".to_owned())]
    pub ci_provider: String,
    /// The server: an account's name, or an address.
    #[field(en = "Server", zh = "CI 服务器", help_zh = "账号名称或地址", choices = "accounts", required)]
    pub master: String,
    /// The job; folders with `/`.
    #[field(en = "Job", zh = "任务", help_zh = "文件夹以 / 分隔", required)]
    pub job: String,
    /// Parameters of the build.
    #[field(en = "Parameters", zh = "构建参数", widget = "key-value")]
    pub parameters: Map<String, Value>,
    /// File among the artifacts of the build, by its name or a part of its path, whose keys become outputs.
    #[field(en = "Property file", zh = "属性文件", help_zh = "构建产物中的文件，其键值成为输出")]
    pub property_file: Option<String>,
    /// Whether the stage waits for the end of the build.
    #[field(en = "Wait for completion", zh = "等待结果", default = Flag(true))]
    pub wait_for_completion: Flag,
    /// An unstable build counts as a success.
    #[field(en = "Unstable is success", zh = "不稳定视为成功")]
    pub mark_unstable_as_successful: Flag,
    /// Artifacts to bind from those of the build.
    #[field(en = "Expected artifacts", zh = "期望制品", widget = "artifact")]
    pub expected_artifacts: Option<Vec<Value>>,
}

impl Build {
    /// What the schema cannot say.
    pub fn problems(self) -> Vec<Problem> {
        let fields = [("/master", &self.master), ("/job", &self.job), ("/ciProvider", &self.ci_provider)];
        let missing = fields.into_iter().filter(|(_, text)| text.trim().is_empty());
        missing
            .map(|(pointer, _)| Problem {
                pointer: pointer.to_owned(),
                code: "configuration.invalid".to_owned(),
                message: "is missing".to_owned(),
            })
            .collect()
    }

    /// An operation of the provider on the server. A server that is named by an account is acted on as that account.
    pub fn operation(&self, kind: &str, more: Value) -> Operation {
        let mut input = json!({ "master": self.master.trim(), "job": self.job.trim() });
        if let (Value::Object(input), Value::Object(more)) = (&mut input, more) {
            input.extend(more);
        }
        let account = (!self.master.contains("://")).then(|| self.master.trim().to_owned());
        Operation::new(kind, input).provider(self.ci_provider.trim()).account(account)
    }

    /// The file whose keys become outputs.
    pub fn property_file(&self) -> Option<&str> {
        self.property_file.as_deref().map(str::trim).filter(|file| !file.is_empty())
    }
}
