//! What every call knows about where it stands.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{bindings::stage::mainsheet::types::common, json};

/// Where a call stands. Times are unix milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// Name of the application.
    pub application: String,
    /// Id of the pipeline's configuration; empty outside a pipeline.
    pub pipeline: String,
    /// Id of the execution; empty outside an execution.
    pub execution: String,
    /// Id of the stage; empty outside a stage.
    pub stage: String,
    /// Grows whenever a restart resets the stage, never on a retry.
    pub run: u32,
    /// When this run of the stage began.
    pub started: f64,
    /// The time of this call.
    pub now: f64,
    /// W3C `traceparent` of the surrounding span.
    pub trace_parent: Option<String>,
    /// What later minors of the contract learn to say.
    pub ext: Map<String, Value>,
}

/// An account: secrets are references.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Name that pipelines use; also the identity that lends its credentials.
    pub name: String,
    /// Provider that the account belongs to.
    pub provider: String,
    /// Its settings.
    #[serde(default)]
    pub config: Value,
}

impl From<common::Meta> for Meta {
    fn from(meta: common::Meta) -> Self {
        Self {
            application: meta.application,
            pipeline: meta.pipeline,
            execution: meta.execution,
            stage: meta.stage,
            run: meta.run,
            started: meta.started,
            now: meta.now,
            trace_parent: meta.trace_parent,
            ext: json::read_object(&meta.ext),
        }
    }
}

impl From<common::Account> for Account {
    fn from(account: common::Account) -> Self {
        Self { name: account.name, provider: account.provider, config: json::read(account.config) }
    }
}
