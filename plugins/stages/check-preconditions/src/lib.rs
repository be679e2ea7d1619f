//! Stage `checkPreconditions`: goes on only if conditions hold. Behaviour: reference `pipelines-and-stages.md` §3.3.

mod cluster_size;
mod condition;
mod config;

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{ChildGraph, ChildStage, Placement};

pub use config::{CheckPreconditions, Precondition};

async fn check(config: CheckPreconditions, flow: Flow) -> Result<Finish, Failure> {
    match &config.precondition_type {
        Some(kind) => condition::check(kind, &config, &flow).await,
        None => plan(&config, &flow).await,
    }
}

/// One child a condition, all at once; the stage shares the worst of their fates.
async fn plan(config: &CheckPreconditions, flow: &Flow) -> Result<Finish, Failure> {
    let Some(conditions) = &config.preconditions else {
        return Err(config::problem("/preconditions", "is missing").into());
    };
    if conditions.is_empty() {
        return Ok(Finish::succeeded());
    }
    let name = |condition: &Precondition| format!("Check precondition ({})", condition.kind.trim());
    let child = |(index, condition): (usize, &Precondition)| ChildStage {
        reference: (index + 1).to_string(),
        requires: Vec::new(),
        stage_type: "checkPreconditions".to_owned(),
        name: name(condition),
        config: config.child(condition),
    };
    let stages = conditions.iter().enumerate().map(child).collect();
    let answer = flow.children("conditions", ChildGraph { placement: Placement::Before, stages }).await?;
    let fates = answer.get("stages").and_then(Value::as_array).cloned().unwrap_or_default();
    let status = |fate: &Value| fate.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
    let with = |wanted: &str| fates.iter().position(|fate| status(fate) == wanted);
    let problem = |index: usize| {
        let told = conditions.get(index).map(|condition| condition.told(&name(condition))).unwrap_or_default();
        Failure::new(FailureClass::Conflict, code("precondition.unmet"), told)
    };
    Ok(match (with("TERMINAL").or_else(|| with("FAILED_CONTINUE")), with("STOPPED"), with("CANCELED")) {
        (Some(failed), ..) => Finish::failed(problem(failed)),
        (None, Some(stopped), _) => Finish { problem: Some(problem(stopped)), ..Finish::with(Status::Stopped) },
        (None, None, Some(_)) => Finish::cancelled(),
        _ if answer.get("status").and_then(Value::as_str) == Some("SUCCEEDED") => Finish::succeeded(),
        _ => Finish::failed(Failure::new(
            FailureClass::Internal,
            code("precondition.unmet"),
            "The preconditions did not all succeed.",
        )),
    })
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("checkPreconditions", check)
            .label("Check preconditions", "检查前置条件")
            .help(
                "Goes on only if every one of some conditions holds: an expression, the size of a cluster, the status of a stage.",
                "仅当所有条件都满足时才继续：表达式、集群规模或阶段状态。",
            )
            .check(CheckPreconditions::problems)
            .restart(&[], &["preconditions"]),
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
