//! Calls of provider plugins.

use domain::Failure;
use domain::params::Params;
use domain::plugin::call::{AccountView, Finding, OperationCall, Progress, QueryCall, Scope};

use crate::error::Fault;
use crate::Runtime;

impl Runtime {
    /// Tries an operation once.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn operate(&self, scope: &Scope, call: OperationCall) -> Result<Progress, Fault> {
        let _ = (scope, call);
        todo!()
    }

    /// Reads.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn query(&self, scope: &Scope, call: QueryCall) -> Result<Result<Params, Failure>, Fault> {
        let _ = (scope, call);
        todo!()
    }

    /// What a person sees after binding an account.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn verify(&self, scope: &Scope, account: AccountView) -> Result<Vec<Finding>, Fault> {
        let _ = (scope, account);
        todo!()
    }
}
