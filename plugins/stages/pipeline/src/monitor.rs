//! Stage `monitorPipeline`.

use mainsheet_sdk::prelude::*;

use crate::child::Child;

/// Waits for executions that run already.
#[config]
pub struct MonitorPipeline {
    /// Ids of the executions.
    #[field(en = "Executions", zh = "执行记录", help_zh = "要等待的执行记录 ID")]
    pub execution_ids: Csv,
    /// `WaitForAllToComplete`, or `FailFast` to end with the first that failed.
    #[field(en = "Behavior", zh = "等待方式")]
    #[schemars(extend("examples" = ["WaitForAllToComplete", "FailFast"]))]
    pub monitor_behavior: Option<String>,
}

async fn monitor(config: MonitorPipeline, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("monitorPipeline");
    let ids = &config.execution_ids.0;
    if ids.is_empty() {
        let message = "no execution is named";
        let pointer = "/executionIds".to_owned();
        return Err(Problem { pointer, code: "configuration.invalid".to_owned(), message: message.to_owned() }.into());
    }
    let fast = config.monitor_behavior.as_deref().is_some_and(|behavior| behavior.eq_ignore_ascii_case("FailFast"));
    let mut open: Vec<usize> = (0..ids.len()).collect();
    let mut ends: Vec<Option<Child>> = ids.iter().map(|_| None).collect();
    let mut statuses = Map::new();
    while !open.is_empty() {
        let (at, child) = next(ids, &open, &flow).await?;
        open.retain(|&other| other != at);
        statuses.insert(ids[at].clone(), child.told());
        flow.output("executionStatuses", &statuses);
        let failed = child.has_failed();
        ends[at] = Some(child);
        if failed && fast {
            break;
        }
    }
    if let [Some(only)] = ends.as_slice() {
        only.show(&flow);
    }
    let ended = || ids.iter().zip(&ends).filter_map(|(id, end)| Some((id, end.as_ref()?)));
    Ok(match (ended().find(|(_, end)| end.has_failed()), ended().any(|(_, end)| end.status == "CANCELED")) {
        (Some((id, failed)), _) => failed.finish(id),
        (None, true) => Finish::cancelled(),
        (None, false) => Finish::succeeded(),
    })
}

/// The next of the open ones that ends.
async fn next(ids: &[String], open: &[usize], flow: &Flow) -> Result<(usize, Child), Failure> {
    select_all(open.iter().map(|&at| async move {
        let end = flow.execution(format!("end/{}", at + 1), ids[at].clone()).await?;
        Ok((at, Child::read(end)))
    }))
    .await
}

/// The stage type.
pub fn stage() -> Stage {
    Stage::new("monitorPipeline", monitor)
        .label("Monitor pipelines", "监控流水线")
        .help("Waits for executions that run already.", "等待已在运行的流水线执行结束。")
        .timeout(crate::config::TIMEOUT)
        .restart(&[], &["executionIds"])
}
