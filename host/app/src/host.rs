//! What stages may ask of the host itself: its own operations and queries, with the rights of whoever the run acts as.

use domain::code::code;
use domain::execution::{Execution, ExecutionStatus};
use domain::params::Value;
use domain::{Failure, FailureClass, Params};
use store::ExecutionFilter;

use crate::admission::principal_of;
use crate::pipelines::SavePipeline;
use crate::{App, AppError, Caller, ErrorClass, PageRequest, Via};

/// Operations that the host performs; each is the same however often it is done.
pub const OPERATIONS: [&str; 1] = ["save-pipeline"];

/// Queries that the host answers.
pub const QUERIES: [&str; 4] = ["execution", "executions", "find-artifacts", "pipeline"];

/// Most executions that one query answers with.
const MOST: u32 = 100;

impl App {
    /// Performs one of the host's [`OPERATIONS`] for `execution`.
    ///
    /// `save-pipeline` takes `{application?, pipeline, byName?}`, the document as written, and answers `{id, name, revision}`. By name, a
    /// pipeline of that name in the application is replaced and keeps its id, whatever the document says of it.
    ///
    /// # Errors
    /// `operation.kind-unknown`, and what the use case says.
    pub async fn host_operation(&self, execution: &Execution, kind: &str, input: &Params) -> Result<Params, Failure> {
        let caller = acting_for(execution);
        match kind {
            "save-pipeline" => Ok(self.save_for(&caller, execution, input).await?),
            _ => Err(unknown("operation", kind, &OPERATIONS)),
        }
    }

    /// Answers one of the host's [`QUERIES`] for `execution`.
    ///
    /// `execution` takes `{execution}`; `executions` takes `{application?, pipeline?, status?, limit?}` and answers a list, newest
    /// first; `find-artifacts` is `App::find_artifacts`; `pipeline` takes `{application?, pipeline}`, a name or an id, and answers the document.
    ///
    /// # Errors
    /// `query.kind-unknown`, and what the use case says.
    pub async fn host_query(&self, execution: &Execution, kind: &str, input: &Params) -> Result<Params, Failure> {
        let caller = acting_for(execution);
        match kind {
            "execution" => Ok(self.execution_for(&caller, execution, input).await?),
            "executions" => Ok(self.executions_for(&caller, execution, input).await?),
            "find-artifacts" => self.find_artifacts(&caller, execution, input).await,
            "pipeline" => Ok(self.pipeline_for(&caller, execution, input).await?),
            _ => Err(unknown("query", kind, &QUERIES)),
        }
    }

    async fn save_for(&self, caller: &Caller, execution: &Execution, input: &Params) -> Result<Params, AppError> {
        let document = input.get("pipeline").cloned().unwrap_or_default();
        let own = document.get("application").and_then(Value::as_str).map(str::to_owned);
        let application = text(input, "application").or(own).unwrap_or_else(|| execution.application.to_string());
        if input.get("byName").and_then(Value::as_bool) == Some(true) {
            return self.save_by_name(caller, &application, document).await;
        }
        let save = SavePipeline { application: Some(application), id: None, document: document.into(), expect: None };
        let saved = self.save_pipeline(caller, save).await?;
        Ok(Params::new(serde_json::json!({ "id": saved.id.as_str(), "name": saved.name, "revision": saved.revision })))
    }

    async fn save_by_name(&self, caller: &Caller, application: &str, document: Value) -> Result<Params, AppError> {
        let name = document.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let known = self.pipeline_in(caller, application, &name).await;
        let id = match known {
            Ok(known) => Some(known.id.to_string()),
            Err(error) if error.class == ErrorClass::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut document = document;
        if let (Some(members), Some(_)) = (document.as_object_mut(), &id) {
            members.remove("id");
        }
        let save =
            SavePipeline { application: Some(application.to_owned()), id, document: document.into(), expect: None };
        let saved = self.save_pipeline(caller, save).await?;
        Ok(Params::new(serde_json::json!({ "id": saved.id.as_str(), "name": saved.name, "revision": saved.revision })))
    }

    async fn execution_for(&self, caller: &Caller, own: &Execution, input: &Params) -> Result<Params, AppError> {
        let id = text(input, "execution").unwrap_or_else(|| own.id.to_string());
        let found = self.execution(caller, &id).await?;
        let stages: Vec<Value> = found
            .stages
            .iter()
            .map(|stage| {
                serde_json::json!({ "id": stage.id.as_str(), "refId": stage.ref_id.as_str(), "type": stage.kind,
                    "name": stage.name, "status": stage.status.as_str(), "context": stage.context.value(),
                    "outputs": stage.outputs.value(), "artifacts": stage.artifacts.value() })
            })
            .collect();
        let mut shown = summary(&found.execution);
        if let Value::Object(members) = &mut shown {
            members.insert("stages".into(), stages.into());
        }
        Ok(Params::new(shown))
    }

    async fn executions_for(&self, caller: &Caller, own: &Execution, input: &Params) -> Result<Params, AppError> {
        let status = text(input, "status").and_then(|status| ExecutionStatus::parse(&status));
        let filter = ExecutionFilter {
            application: Some(text(input, "application").map_or_else(|| own.application.clone(), Into::into)),
            pipeline: text(input, "pipeline").map(Into::into),
            statuses: status.into_iter().collect(),
            ..ExecutionFilter::default()
        };
        let wanted = input.get("limit").and_then(Value::as_u64).and_then(|limit| u32::try_from(limit).ok());
        let page = PageRequest { limit: wanted.unwrap_or(MOST).clamp(1, MOST), after: None };
        let found = self.executions(caller, &filter, &page).await?;
        Ok(Params::new(found.items.iter().map(|stored| summary(&stored.execution)).collect::<Vec<_>>().into()))
    }

    async fn pipeline_for(&self, caller: &Caller, own: &Execution, input: &Params) -> Result<Params, AppError> {
        let application = text(input, "application").unwrap_or_else(|| own.application.to_string());
        let wanted = text(input, "pipeline").unwrap_or_default();
        Ok(self.pipeline_in(caller, &application, &wanted).await?.document)
    }
}

fn acting_for(execution: &Execution) -> Caller {
    Caller { principal: principal_of(execution), via: Via::Execution(execution.id.clone()) }
}

fn text(input: &Params, key: &str) -> Option<String> {
    input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn summary(execution: &Execution) -> Value {
    serde_json::json!({
        "id": execution.id.as_str(), "application": execution.application.as_str(), "name": execution.name,
        "pipelineConfigId": execution.pipeline.as_ref().map(|at| at.id.as_str()), "status": execution.status().as_str(),
        "buildTime": execution.created.0, "startTime": execution.started().map(|at| at.0),
        "endTime": execution.ended().map(|at| at.0), "trigger": execution.trigger.value(),
    })
}

fn unknown(what: &str, kind: &str, known: &[&str]) -> Failure {
    let code = if what == "operation" { code("operation.kind-unknown") } else { code("query.kind-unknown") };
    let message = format!("The host has no {what} `{kind}`; it has {}.", known.join(", "));
    Failure::new(FailureClass::NotFound, code, message)
}
