//! What a stage that succeeds leaves to others: bound to what it expects, else all that it produced (reference §6.6).

use domain::artifact;
use domain::stage::{Finish, FinishStatus};
use domain::{Params, params::Value};

use crate::view::View;

/// Binds the artifacts of the stage at `position`, which has said `finish`. One that does not produce what it expects has failed.
pub(super) fn bind(view: &mut View, position: usize, finish: Finish) -> Finish {
    if finish.status != FinishStatus::Succeeded {
        return finish;
    }
    let bound = artifact::bind(&view.stages, position, &view.execution.trigger);
    let Some(run) = view.stages[position].running_mut() else { return finish };
    let lay = |own: &mut Params, over: &Params| *own = if own.is_empty() { over.clone() } else { own.merged(over) };
    match bound {
        Ok(Some(artifact::Bound(bound))) => {
            lay(&mut run.record.context, &bound);
            lay(&mut run.record.outputs, &bound);
        }
        Ok(None) => {
            let produced = run.record.artifacts.value();
            let put_out = run.record.outputs.get("artifacts").is_some();
            if !put_out && produced.as_array().is_some_and(|artifacts: &Vec<Value>| !artifacts.is_empty()) {
                let produced = Params::from_members([("artifacts", produced.clone())]);
                lay(&mut run.record.outputs, &produced);
            }
        }
        Err(unresolved) => {
            return Finish { status: FinishStatus::Failed, problem: Some(unresolved.failure()), ..finish };
        }
    }
    finish
}
