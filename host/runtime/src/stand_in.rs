//! Who answers in the place of components: in a simulation, where a seed decides what the outside world does, and nothing of it is real
//! (docs/decisions/0801-the-real-engine-is-simulated.md).

use async_trait::async_trait;
use domain::plugin::call::{OperationCall, Progress, QueryCall, Scope, Turn};
use domain::stage::Verdict;
use domain::{Failure, Params};

use crate::error::Fault;

/// Answers calls of plugins. Whatever it leaves out, the component answers.
#[async_trait]
pub trait StandIn: Send + Sync {
    /// A step of a stage.
    fn step(&self, scope: &Scope, turn: &Turn<'_>) -> Option<Result<Verdict, Fault>>;

    /// A try of an operation.
    async fn operate(&self, scope: &Scope, call: &OperationCall) -> Option<Result<Progress, Fault>>;

    /// A read of a provider.
    async fn query(&self, scope: &Scope, call: &QueryCall) -> Option<Result<Result<Params, Failure>, Fault>>;
}
