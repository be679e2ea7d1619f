//! Stage `dependsOnExecution`.

use mainsheet_sdk::prelude::*;

use crate::child::Child;

/// 2 hours in milliseconds.
const TIMEOUT: u64 = 7_200_000;

/// Waits for another execution, and fails if that failed.
#[config]
pub struct DependsOnExecution {
    /// Id of the execution.
    #[field(en = "Execution", zh = "执行记录", required)]
    pub execution_id: String,
    /// `PIPELINE`; kept from old documents.
    #[field(widget = "hidden")]
    pub execution_type: Option<String>,
}

async fn depend(config: DependsOnExecution, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("monitorExecution");
    let id = config.execution_id.trim();
    if id.is_empty() {
        let (pointer, code) = ("/executionId".to_owned(), "configuration.invalid".to_owned());
        return Err(Problem { pointer, code, message: "no execution is named".to_owned() }.into());
    }
    let end = Child::read(flow.execution("end", id).await?);
    Ok(if end.status == "SUCCEEDED" { Finish::succeeded() } else { end.failure(id).into() })
}

/// The stage type.
pub fn stage() -> Stage {
    Stage::new("dependsOnExecution", depend)
        .label("Depends on execution", "依赖其他执行")
        .help("Waits for another execution, and fails if that failed.", "等待另一次执行结束；若其失败则本阶段失败。")
        .timeout(TIMEOUT)
}
