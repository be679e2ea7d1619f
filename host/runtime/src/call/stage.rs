//! Calls of stage plugins.

use domain::params::Params;
use domain::plugin::call::{Scope, Turn};
use domain::problem::Problem;
use domain::stage::Verdict;

use crate::error::Fault;
use crate::Runtime;

impl Runtime {
    /// Steps a stage.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn step(&self, scope: &Scope, turn: &Turn<'_>) -> Result<Verdict, Fault> {
        let _ = (scope, turn);
        todo!()
    }

    /// What the schema cannot say.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn check(&self, scope: &Scope, stage_type: &str, config: &Params) -> Result<Vec<Problem>, Fault> {
        let _ = (scope, stage_type, config);
        todo!()
    }
}
