//! Calls of provider plugins. They act, within the scope's grants and mode; the caller sets the mode.

use bindings::mainsheet::provider::provider::{
    Finding as WitFinding, OperationCall as WitOperation, Progress as WitProgress, QueryCall as WitQuery,
};
use bindings::mainsheet::types::common::{Account as WitAccount, Failure as WitFailure};
use domain::plugin::call::{AccountView, Finding, OperationCall, Progress, QueryCall, Scope};
use domain::{Failure, Params};
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Visit, typed};
use crate::error::Fault;
use crate::instance::{CallState, Given, Senses};
use crate::modules::{Function, Module};
use crate::{Runtime, convert};

type Operate = (WitOperation,);
type Query = (WitQuery,);
type Verify = (WitAccount,);

impl Runtime {
    /// Tries an operation once.
    ///
    /// # Errors
    /// A fault of the plugin: what it had begun outside may have happened.
    pub async fn operate(&self, scope: &Scope, call: OperationCall) -> Result<Progress, Fault> {
        if let Some(stand_in) = &self.stand_in
            && let Some(answer) = stand_in.operate(scope, &call).await
        {
            return answer;
        }
        let mut given = vec![Given::Document(call.input.clone())];
        given.extend(call.checkpoint.clone().map(Given::Bytes));
        let stage = call.meta.stage.clone();
        let visit = Visit { scope, stage: &stage, senses: Senses::Real, given: Some(given) };
        let params: Operate = (convert::call::operation(call),);
        self.enter(visit, Function::Operate, params, convert::progress::from_wit).await
    }

    /// Reads. The inner result is the provider's answer.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn query(&self, scope: &Scope, call: QueryCall) -> Result<Result<Params, Failure>, Fault> {
        if let Some(stand_in) = &self.stand_in
            && let Some(answer) = stand_in.query(scope, &call).await
        {
            return answer;
        }
        let given = vec![Given::Document(call.input.clone())];
        let stage = call.meta.stage.clone();
        let visit = Visit { scope, stage: &stage, senses: Senses::Real, given: Some(given) };
        let params: Query = (convert::call::query(call),);
        self.enter(visit, Function::Query, params, |reply, answer: Result<String, WitFailure>| match answer {
            Ok(value) => reply.json("answer", &value).map(Ok),
            Err(failure) => convert::failure::from_wit(reply, failure).map(Err),
        })
        .await
    }

    /// What a person sees after binding an account.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn verify(&self, scope: &Scope, account: AccountView) -> Result<Vec<Finding>, Fault> {
        let visit = Visit { scope, stage: "", senses: Senses::Real, given: Some(Vec::new()) };
        let params: Verify = (convert::account::to_wit(account),);
        self.enter(visit, Function::Verify, params, |reply, findings: Vec<WitFinding>| {
            findings.into_iter().map(|finding| convert::finding::from_wit(reply, finding)).collect()
        })
        .await
    }
}

/// Compares the types of all functions with the contract.
///
/// # Errors
/// What does not fit.
pub(super) fn typecheck(module: &Module, store: &mut Store<CallState>, instance: Instance) -> wasmtime::Result<()> {
    typed::<(), (String,)>(module, Function::Describe, store, instance)?;
    typed::<Verify, (Vec<WitFinding>,)>(module, Function::Verify, store, instance)?;
    typed::<Operate, (WitProgress,)>(module, Function::Operate, store, instance)?;
    typed::<Query, (Result<String, WitFailure>,)>(module, Function::Query, store, instance)
}
