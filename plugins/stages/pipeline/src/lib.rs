//! Stage `pipeline`: runs another pipeline; `runMultiplePipelines` runs several; `monitorPipeline` and
//! `dependsOnExecution` wait for executions that run already. Behaviour: reference
//! `pipelines-and-stages.md` §3.6.

mod child;
mod config;
mod depends;
mod monitor;
mod several;
mod together;

use mainsheet_sdk::prelude::*;

use child::Child;
pub use config::Pipeline;

async fn pipeline(config: Pipeline, flow: Flow) -> Result<Finish, Failure> {
    if config.skippable.0 {
        flow.context("canManuallySkip", true);
    }
    let execution = match config.execution_id.clone() {
        Some(execution) => execution,
        None => {
            flow.phase("startPipeline");
            flow.pipeline("start", child::execution(&config, &flow)?).await?
        }
    };
    flow.context("executionId", &execution);
    if !config.waits() {
        return Ok(Finish::succeeded());
    }
    flow.phase("monitorPipeline");
    // Dropped by a cancel of this stage, the wait is withdrawn, and with it the host cancels the child.
    let child = Child::read(flow.execution("end", execution.clone()).await?);
    flow.context("status", &child.status);
    if let Some(name) = &child.name {
        flow.context("executionName", name);
    }
    if !config.skip_downstream_output.0 {
        child.show(&flow);
    }
    if child.status == "SUCCEEDED" && config.expected_artifacts.is_some() {
        flow.phase("bindProducedArtifacts");
    }
    Ok(child.finish(&execution))
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    let pipeline = Stage::new("pipeline", pipeline)
        .label("Pipeline", "流水线")
        .help("Runs another pipeline, and may wait for its end.", "运行另一条流水线，可等待其结束。")
        .timeout(config::TIMEOUT)
        .check(Pipeline::problems)
        .restart(&["executionId", "executionName", "status", "canManuallySkip"], &[]);
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("Pipeline", "流水线")
        .help("Runs other pipelines, and waits for their ends.", "运行其他流水线，并等待其结束。")
        .stage(pipeline)
        .stage(monitor::stage())
        .stage(depends::stage())
        .stage(together::stage())
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
