//! Other executions that a stage starts: created by the commit that orders them, under an id derived from the order's key.

use domain::execution::Parent;
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::stage::request::ChildExecution;
use domain::{Failure, FailureClass, Params, code::code};

use crate::core::Core;
use crate::gathered::Gathered;
use crate::orders::Outcome;
use crate::seat::Seat;
use crate::trouble::Trouble;

/// Most generations below an execution that nobody's stage started.
const DEEPEST: u32 = 16;

/// Prepares the child and answers with its id at once, so that a stage can wait for its end in the same drive.
pub(crate) async fn start(
    core: &Core,
    seat: &Seat,
    gathered: &mut Gathered,
    key: &OperationKey,
    child: &ChildExecution,
    principal: &str,
) -> Result<Outcome, Trouble> {
    let depth = seat.view.execution.parent.as_ref().map_or(0, |parent| parent.depth) + 1;
    if depth > DEEPEST {
        let message = format!("Pipelines start pipelines {DEEPEST} levels deep here; nothing is started below that.");
        return Ok(Err(Failure::new(FailureClass::Conflict, code("pipeline.too-deep"), message)));
    }
    let parent = Parent {
        execution: key.execution.clone(),
        stage: key.stage.clone(),
        run: key.run,
        label: key.label.clone(),
        depth,
    };
    let id = ExecutionId::derive_child(&key.execution, &key.stage, key.run, &key.label);
    match core.app.admit_child(&seat.view.execution, parent, id, child, principal).await? {
        Ok(new) => {
            let answer = Params::from_members([("execution", new.execution.id.as_str().into())]);
            gathered.children.push(new);
            Ok(Ok(answer))
        }
        Err(failure) => Ok(Err(failure)),
    }
}
