//! Other executions that a stage starts: created by the commit that orders them, under an id derived from the order's key.

use domain::artifact::{Artifact, visible};
use domain::execution::Parent;
use domain::operation::OperationKey;
use domain::stage::request::ChildExecution;
use domain::{FailureClass, Params, StageId};

use crate::core::Core;
use crate::gathered::Gathered;
use crate::orders::Outcome;
use crate::seat::Seat;
use crate::trouble::Trouble;

/// Prepares the child and answers with its id at once, so that a stage can wait for its end in the same drive.
pub(crate) async fn start(
    core: &Core,
    seat: &Seat,
    gathered: &mut Gathered,
    key: &OperationKey,
    child: &ChildExecution,
    principal: &str,
) -> Result<Outcome, Trouble> {
    let execution = &seat.view.execution;
    let parent = Parent {
        execution: key.execution.clone(),
        stage: key.stage.clone(),
        run: key.run,
        label: key.label.clone(),
        depth: execution.parent.as_ref().map_or(0, |parent| parent.depth) + 1,
    };
    let child = with_artifacts(seat, &key.stage, child);
    match core.app.admit_child(execution, parent, &child, principal).await {
        Ok(new) => {
            let answer = Params::from_members([("execution", new.execution.id.as_str().into())]);
            gathered.children.push(new);
            Ok(Ok(answer))
        }
        // The server's own trouble is no answer to the stage.
        Err(failure) if failure.class == FailureClass::Unavailable => Err(Trouble::Unavailable(failure.message)),
        Err(failure) => Ok(Err(failure)),
    }
}

/// A child that is given no artifacts is given all that the stage sees (reference pipelines-and-stages.md §3.6).
fn with_artifacts(seat: &Seat, stage: &StageId, child: &ChildExecution) -> ChildExecution {
    let mut child = child.clone();
    if let (None, Some(position)) = (&child.artifacts, seat.view.position(stage)) {
        let seen = visible(&seat.view.stages, position, &seat.view.execution.trigger);
        child.artifacts = (!seen.is_empty()).then(|| Params::new(Artifact::list(&seen)));
    }
    child
}
