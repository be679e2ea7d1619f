//! The child: how it is started, and what its end means.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{ChildExecution, object};

use crate::config::Pipeline;

/// What is to be started.
///
/// # Errors
/// When no pipeline is named, or the parameters are no map.
pub fn execution(config: &Pipeline, flow: &Flow) -> Result<ChildExecution, Failure> {
    let parameters = match &config.pipeline_parameters {
        Value::Null => Map::new(),
        Value::Object(parameters) => parameters.clone(),
        other => {
            return Err(invalid("/pipelineParameters", format!("{other} is not a map of parameters")));
        }
    };
    let is_strategy = parameters.get("strategy") == Some(&Value::Bool(true));
    let or = |special: &Option<String>, usual: &String| {
        special.clone().filter(|_| is_strategy).unwrap_or_else(|| usual.clone())
    };
    let pipeline = or(&config.pipeline_id, &config.pipeline);
    if pipeline.trim().is_empty() {
        return Err(invalid("/pipeline", "no pipeline is named; choose one by its id".to_owned()));
    }
    let meta = flow.meta();
    let application = Some(or(&config.pipeline_application, &config.application)).filter(|name| !name.is_empty());
    let mut trigger = json!({ "type": "pipeline", "parentPipelineStageId": meta.stage, "strategy": is_strategy });
    if let Some(user) = &config.user {
        trigger["user"] = user.clone().into();
    }
    let application = application.unwrap_or(meta.application);
    Ok(ChildExecution { application, pipeline, parameters, artifacts: None, trigger: object(trigger) })
}

fn invalid(pointer: &str, message: String) -> Failure {
    Problem { pointer: pointer.to_owned(), code: "configuration.invalid".to_owned(), message }.into()
}

/// The end of a child.
pub struct Child {
    /// In Spinnaker's words.
    pub status: String,
    /// The pipeline's name.
    pub name: Option<String>,
    /// Outputs of all its stages.
    pub outputs: Map<String, Value>,
    /// Artifacts of all its stages.
    pub artifacts: Vec<Value>,
    application: Option<String>,
    failures: Vec<Value>,
}

impl Child {
    /// Reads the host's answer; what is missing is empty.
    pub fn read(answer: Value) -> Self {
        let mut members = object(answer);
        let mut list = |key: &str| members.remove(key).and_then(|value| value.as_array().cloned()).unwrap_or_default();
        let (artifacts, failures) = (list("artifacts"), list("failures"));
        let text = |key: &str| members.get(key).and_then(Value::as_str).map(str::to_owned);
        let (status, name, application) = (text("status").unwrap_or_default(), text("name"), text("application"));
        let outputs = members.remove("outputs").map(object).unwrap_or_default();
        Self { status, name, outputs, artifacts, application, failures }
    }

    /// Whether it ended in any other way than with success or a cancel.
    pub fn has_failed(&self) -> bool {
        !["SUCCEEDED", "CANCELED"].contains(&self.status.as_str())
    }

    /// What it left behind becomes the stage's.
    pub fn show(&self, flow: &Flow) {
        for (key, value) in &self.outputs {
            flow.output(key, value);
        }
        flow.artifacts(self.artifacts.iter().cloned());
    }

    /// As `executionStatuses` lists it.
    pub fn told(&self) -> Value {
        let mut told = json!({ "status": self.status, "application": self.application });
        if self.has_failed() {
            told["exception"] = json!({ "details": { "errors": self.errors() } });
        }
        told
    }

    /// How the stage ends: it shares the child's fate.
    pub fn finish(&self, execution: &str) -> Finish {
        match self.status.as_str() {
            "SUCCEEDED" => Finish::succeeded(),
            "CANCELED" => Finish::cancelled(),
            _ => self.failure(execution).into(),
        }
    }

    /// What failed below, across levels, and where it began.
    pub fn failure(&self, execution: &str) -> Failure {
        let errors = self.errors();
        let message = match errors.first() {
            Some(error) => error.clone(),
            None => format!("The pipeline ended with status {:?}; see its execution {execution}.", self.status),
        };
        let failure = Failure::new(FailureClass::Internal, code("pipeline.child-failed"), message);
        failure.with_details(json!({ "errors": errors, "source": self.source(execution) }))
    }

    fn errors(&self) -> Vec<String> {
        self.failures.iter().map(sentence).collect()
    }

    fn source(&self, execution: &str) -> Value {
        let mut source = json!({ "executionId": execution });
        if let (Some(source), Some(Value::Object(first))) = (source.as_object_mut(), self.failures.first()) {
            let own = first.iter().filter(|(key, _)| key.starts_with("stage") && *key != "stage");
            source.extend(own.map(|(key, value)| (key.clone(), value.clone())));
            source.extend(first.get("stage").map(|name| ("stageName".to_owned(), name.clone())));
        }
        source
    }
}

/// What failed in one stage of the child. The host lists each message of a stage that ran a pipeline itself, so that errors nest.
fn sentence(failure: &Value) -> String {
    let text = |key: &str| failure.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("Exception in child pipeline stage ({}: {}): {}", text("pipeline"), text("stage"), text("message"))
}
