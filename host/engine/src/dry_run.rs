//! Dry runs: a stage that would act, or only wait for a moment, succeeds at once (reference pipelines-and-stages.md §2.17).
//!
//! The reference names the types that run for real all the same; here it follows from what a stage asks for: questions, other
//! pipelines, conditions, variables and reads are real, operations and delays are not.

use domain::execution::Execution;
use domain::params::Value;
use domain::stage::{Demand, Finish, FinishStatus, Patch, Pending, Verdict};

/// Spinnaker's name of the task that stands for the others.
const PHASE: &str = "dryRun";

/// Whether an execution is one. A text is no `true` here (reference §5.5).
pub(crate) fn is_dry(execution: &Execution) -> bool {
    execution.trigger.get("dryRun") == Some(&Value::Bool(true))
}

/// What a verdict comes to in a dry run; `pending` is what the stage waits for already.
pub(crate) fn instead(verdict: Verdict, pending: &[Pending]) -> Verdict {
    let Verdict::Waiting(waiting) = &verdict else { return verdict };
    let acts = waiting.requests.iter().any(|request| matches!(request.demand, Demand::Operate(_)));
    let delays = |demand: &Demand| matches!(demand, Demand::Timer(_) | Demand::Notify(_));
    let only_delays = !waiting.requests.is_empty()
        && waiting.requests.iter().all(|request| delays(&request.demand))
        && pending.iter().all(|pending| delays(&pending.demand));
    if !acts && !only_delays {
        return verdict;
    }
    let patch = Patch { phases: vec![PHASE.to_owned()], ..Patch::default() };
    Verdict::Finished(Finish { status: FinishStatus::Succeeded, patch, problem: None, acting_as: None })
}
