//! Operations on the wire.

use app::operations::operation_id;
use domain::operation::{Begun, OperationState};
use domain::stage::request::OperationRequest;
use domain::{Failure, Params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// Execution that ordered it.
    pub execution: String,
    /// Id of the stage that asked for it.
    pub stage: String,
    /// Run of the stage.
    pub run: u32,
    /// Names it in that run.
    pub label: String,
    /// Application, for lists.
    pub application: String,
    /// Who it is done as.
    pub principal: String,
    /// Provider that does it, if it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Account it acts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What is done.
    pub operation: String,
    /// Its input.
    #[schema(value_type = Object)]
    pub input: Params,
    /// Digest of the component that does it.
    pub digest: String,
    /// The key that every try carries.
    pub idempotency_key: String,
    /// When it was ordered.
    pub ordered: Moment,
    /// `ordered`, `begun`, `succeeded` or `failed`.
    pub status: &'static str,
    /// The stage no longer wants it.
    pub cancelling: bool,
    /// When it is tried next, if nothing wakes it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// How far it is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub progress: Option<Params>,
    /// Tries in a row that ended in a fault of the plugin.
    pub faults: u32,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub result: Option<Params>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub failure: Option<Failure>,
}

impl From<domain::operation::Operation> for Operation {
    fn from(operation: domain::operation::Operation) -> Operation {
        let id = operation_id(&operation.key);
        let idempotency_key = operation.key.idempotency_key();
        let domain::operation::Operation { key, application, principal, request, digest, ordered, state, cancelling } =
            operation;
        let domain::operation::OperationKey { execution, stage, run, label } = key;
        let OperationRequest { account, provider, kind, input, .. } = request;
        let mut shown = Operation {
            id,
            execution: execution.to_string(),
            stage: stage.to_string(),
            run,
            label: label.to_string(),
            application,
            principal,
            provider,
            account,
            operation: kind,
            input,
            digest: digest.to_string(),
            idempotency_key,
            ordered: ordered.into(),
            status: "ordered",
            cancelling,
            due: None,
            progress: None,
            faults: 0,
            ended: None,
            result: None,
            failure: None,
        };
        shown.stand(state);
        shown
    }
}

impl Operation {
    fn stand(&mut self, state: OperationState) {
        match state {
            OperationState::Ordered => {}
            OperationState::Begun(Begun { checkpoint: _, due, subscriptions: _, faults, progress }) => {
                self.status = "begun";
                self.due = due.map(Into::into);
                self.faults = faults;
                self.progress = progress;
            }
            OperationState::Ended { outcome, at } => {
                self.ended = Some(at.into());
                match outcome {
                    Ok(result) => (self.status, self.result) = ("succeeded", Some(result)),
                    Err(failure) => (self.status, self.failure) = ("failed", Some(failure)),
                }
            }
        }
    }
}
