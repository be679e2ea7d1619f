//! Calls of stage plugins. They decide: still time, seeded chance, nothing lent.

use bindings::mainsheet::stage::stage::{Problem as WitProblem, Turn as WitTurn, Verdict as WitVerdict};
use domain::plugin::call::{Scope, Turn};
use domain::stage::Verdict;
use domain::{Params, Problem};
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Visit, typed};
use crate::error::Fault;
use crate::instance::{CallState, Senses};
use crate::modules::{Function, Module};
use crate::{Runtime, convert};

type Step = (WitTurn,);
type Check<'a> = (&'a str, &'a str);

impl Runtime {
    /// Steps a stage: a function of the turn and nothing else.
    ///
    /// # Errors
    /// A fault of the plugin; the stage itself has neither ended nor asked for anything.
    pub async fn step(&self, scope: &Scope, turn: &Turn<'_>) -> Result<Verdict, Fault> {
        if let Some(stand_in) = &self.stand_in
            && let Some(answer) = stand_in.step(scope, turn)
        {
            return answer;
        }
        let senses = Senses::of_run(&turn.meta);
        let visit = Visit { scope, stage: &turn.meta.stage, senses, given: None };
        let params: Step = (convert::turn::to_wit(turn),);
        self.enter(visit, Function::Step, params, convert::verdict::from_wit).await
    }

    /// What the schema of a stage type cannot say about a configuration.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn check(&self, scope: &Scope, stage_type: &str, config: &Params) -> Result<Vec<Problem>, Fault> {
        let visit = Visit { scope, stage: "", senses: Senses::none(), given: None };
        let params: Check<'_> = (stage_type, config.text());
        self.enter(visit, Function::Check, params, |reply, problems: Vec<WitProblem>| {
            problems.into_iter().map(|problem| convert::problem::from_wit(reply, problem)).collect()
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
    typed::<Check<'_>, (Vec<WitProblem>,)>(module, Function::Check, store, instance)?;
    typed::<Step, (WitVerdict,)>(module, Function::Step, store, instance)
}
