//! A start that names another execution as its parent (reference pipelines-and-stages.md §1.5, step 3).

use domain::Problem;
use domain::code::code;
use domain::execution::Execution;
use domain::id::ExecutionId;
use domain::params::Value;
use domain::principal::Principal;
use domain::stage::{StoredStage, StoredState};
use serde_json::Map;

use crate::authorize::{Action, Resource, authorize};
use crate::{App, AppError};

impl App {
    /// Gives a trigger with `parentPipelineId` what is known of that execution. One that `principal` may not look at is as one that
    /// does not exist.
    pub(super) async fn name_parent(
        &self,
        trigger: &mut Map<String, Value>,
        principal: &Principal,
    ) -> Result<(), AppError> {
        let Some(Value::String(named)) = trigger.get("parentPipelineId") else { return Ok(()) };
        if named.is_empty() || trigger.get("parentExecution").is_some_and(|known| !known.is_null()) {
            return Ok(());
        }
        let loaded = self.inner.store.executions().load(&ExecutionId::from(named.as_str())).await?;
        let readable = match &loaded {
            None => false,
            Some(loaded) => {
                let acl = self.acl(&loaded.execution.application).await?;
                authorize(principal, Action::Read, Resource::Application(&acl)).is_ok()
            }
        };
        let Some(parent) = loaded.filter(|_| readable) else {
            let message = format!("There is no execution `{named}` to be the parent; leave `parentPipelineId` out.");
            let problem = Problem::at("/parentPipelineId", code("execution.unknown"), message);
            return Err(AppError::invalid("The start", vec![problem]));
        };
        let execution = &parent.execution;
        trigger.insert("isPipeline".into(), true.into());
        trigger.insert("parentStatus".into(), execution.status().as_str().into());
        trigger.insert("parentPipelineName".into(), execution.name.as_str().into());
        trigger.insert("parentExecution".into(), summary(execution));
        trigger.insert("receivedArtifacts".into(), artifacts(execution, &parent.stages));
        Ok(())
    }
}

/// An execution as the triggers of others carry it.
pub(crate) fn summary(execution: &Execution) -> Value {
    serde_json::json!({
        "id": execution.id.as_str(),
        "application": execution.application.as_str(),
        "name": execution.name,
        "pipelineConfigId": execution.pipeline.as_ref().map(|at| at.id.as_str()),
        "status": execution.status().as_str(),
        "trigger": execution.trigger.value(),
    })
}

/// What an execution was given and what its stages have produced.
fn artifacts(execution: &Execution, stages: &[StoredStage]) -> Value {
    let given = execution.trigger.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    let records = stages.iter().filter_map(|stage| match &stage.state {
        StoredState::NotStarted => None,
        StoredState::Running(run) => Some(&run.record),
        StoredState::Ended(ended) => Some(&ended.record),
    });
    let produced = records.filter_map(|record| record.artifacts.value().as_array()).flatten();
    given.chain(produced).cloned().collect()
}
