//! What a build that ended means.

use mainsheet_sdk::prelude::*;

use crate::config::Build;

/// How the stage ends, by the build's result.
pub fn end(info: &Value, config: &Build) -> Finish {
    let result = info.get("result").and_then(Value::as_str).unwrap_or_default().to_uppercase();
    match result.as_str() {
        "SUCCESS" => Finish::succeeded(),
        "UNSTABLE" if config.mark_unstable_as_successful.0 => Finish::succeeded(),
        "ABORTED" => Finish::cancelled(),
        other => {
            let url = info.get("url").and_then(Value::as_str).unwrap_or_default();
            let message = format!(
                "Build {} of {} ended with {other}; see {url}.",
                info.get("number").unwrap_or(&Value::Null),
                config.job
            );
            Finish::failed(Failure::new(FailureClass::Internal, code("build.failed"), message))
        }
    }
}

/// The files that the build kept.
pub fn artifacts(info: &Value, config: &Build) -> Vec<Value> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let version = info.get("number").map(Value::to_string).unwrap_or_default();
    let artifact = |file: &Value| {
        json!({
            "type": "jenkins/file", "name": text(file, "fileName"), "version": version,
            "reference": text(file, "relativePath"), "provenance": text(info, "url"),
            "metadata": { "master": config.master, "job": config.job },
        })
    };
    info.get("artifacts").and_then(Value::as_array).into_iter().flatten().map(artifact).collect()
}
