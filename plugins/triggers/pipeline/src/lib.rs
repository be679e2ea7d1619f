//! Trigger `pipeline`: fires when an execution of another pipeline ends. Behaviour: reference `pipelines-and-stages.md` §5.7.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::trigger::{Event, Payload, TriggerKind, TriggerPlugin};

/// Fires when an execution of another pipeline ends.
#[config]
pub struct Pipeline {
    /// Application of that pipeline; empty: whatever it is.
    #[field(en = "Application", zh = "应用")]
    application: Option<String>,
    /// Id of that pipeline.
    #[field(en = "Pipeline", zh = "流程", required)]
    pipeline: String,
    /// Ends that count: `successful`, `failed`, `canceled`. Without any it never fires.
    #[field(en = "Statuses", zh = "状态", help_zh = "successful、failed、canceled 中的一个或多个")]
    status: Vec<String>,
}

/// The words of configurations for how an execution ended; everything that is neither success nor cancel has failed.
fn word(status: &str) -> &'static str {
    match status {
        "SUCCEEDED" => "successful",
        "CANCELED" => "canceled",
        "SUSPENDED" => "suspended",
        _ => "failed",
    }
}

/// What an execution is started with, or why not.
fn matches(event: &Event, config: Pipeline, document: &Map<String, Value>) -> Result<Payload, Failure> {
    let execution = event.payload.get("execution").cloned().unwrap_or_default();
    let text = |key: &str| execution.get(key).and_then(Value::as_str).unwrap_or_default();
    let refused = |code: &str, message: String| Err(Failure::new(FailureClass::NotFound, code, message));
    if text("pipelineConfigId") != config.pipeline {
        let message = format!(
            "The execution was of pipeline {:?}, the trigger listens to {:?}.",
            text("pipelineConfigId"),
            config.pipeline
        );
        return refused(code("trigger.other-pipeline"), message);
    }
    let application = config.application.unwrap_or_default();
    if !application.is_empty() && !application.eq_ignore_ascii_case(text("application")) {
        let message =
            format!("The execution was of application {:?}, the trigger names {application:?}.", text("application"));
        return refused(code("trigger.other-pipeline"), message);
    }
    let ended = word(text("status"));
    if !config.status.iter().any(|status| status.eq_ignore_ascii_case(ended)) {
        let listed = if config.status.is_empty() { "nothing".to_owned() } else { config.status.join(", ") };
        let message = format!("The execution ended as `{ended}`, the trigger fires on {listed}.");
        return refused(code("trigger.other-status"), message);
    }
    let mut trigger = document.clone();
    trigger.insert("type".to_owned(), "pipeline".into());
    trigger.insert("parentPipelineId".to_owned(), text("id").into());
    trigger.insert("parentPipelineName".to_owned(), text("name").into());
    trigger.insert("parentPipelineApplication".to_owned(), text("application").into());
    trigger.insert("parentStatus".to_owned(), text("status").into());
    trigger.insert("parentPipelineStageId".to_owned(), Value::Null);
    trigger.insert("isPipeline".to_owned(), true.into());
    if execution.pointer("/trigger/dryRun") == Some(&Value::Bool(true)) {
        trigger.insert("dryRun".to_owned(), true.into());
    }
    let artifacts = event.payload.get("artifacts").and_then(Value::as_array).cloned().unwrap_or_default();
    trigger.insert("parentExecution".to_owned(), execution);
    Ok(Payload { trigger, artifacts })
}

/// The plugin.
pub fn plugin() -> TriggerPlugin {
    TriggerPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("Pipeline", "流程")
        .help("Fires when an execution of another pipeline ends.", "当另一个流程的执行结束时触发。")
        .trigger(
            TriggerKind::new("pipeline", matches)
                .label("Pipeline", "流程")
                .help("Fires when an execution of another pipeline ends.", "当另一个流程的执行结束时触发。")
                .source(&["pipeline"])
                .listens(&["execution.ended"]),
        )
}

mainsheet_sdk::export_trigger!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::trigger(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
