//! Cancelling, pausing and resuming executions (reference pipelines-and-stages.md §2.11).

use domain::code::code;
use domain::execution::{Control, ControlKind, Execution, ExecutionStatus};
use domain::{ExecutionId, Params};
use store::{Write, WriteError};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::{App, AppError, Caller};

/// What somebody wants of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Order nothing but clean-up, and end.
    Cancel,
    /// Let begun work go on, start nothing.
    Pause,
    /// Go on.
    Resume,
}

impl App {
    /// Cancels, pauses or resumes. Once this returns, nothing but what the wish allows is ordered. Cancelling twice is cancelling
    /// once. Returns the execution with the wish.
    ///
    /// # Errors
    /// `execution.unknown`, `access.denied`, and `execution.wrong-state` with the state named.
    pub async fn control(
        &self,
        caller: &Caller,
        id: &str,
        wish: Wish,
        reason: Option<String>,
    ) -> Result<Execution, AppError> {
        let id = ExecutionId::from(id);
        let found = self.find_execution(&id).await?;
        let action = match wish {
            Wish::Cancel => "execution.cancel",
            Wish::Pause => "execution.pause",
            Wish::Resume => "execution.resume",
        };
        let attempt = Attempt { action, noun: "execution", subject: id.as_str() };
        self.permit(caller, attempt, Action::Execute, &found.application).await?;

        let _deciding = self.inner.deciding.of(id.as_str()).await;
        loop {
            let found = self.find_execution(&id).await?;
            let Some(kind) = decide(&found, wish)? else { return Ok(found) };
            let control = Control {
                kind,
                by: Some(caller.principal.name.clone()),
                reason: reason.clone(),
                at: Some(self.inner.environment.now()),
            };
            let details = Params::new(serde_json::json!({ "reason": reason, "via": caller.via() }));
            let unit = vec![
                Write::Control { execution: id.clone(), control: control.clone() },
                Write::Audit(self.entry(caller, attempt, details)),
            ];
            match self.inner.store.write(unit).await {
                Ok(()) => return Ok(Execution { control, ..found }),
                // Its parent has cancelled it meanwhile, which the next look sees.
                Err(WriteError::Changed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// An execution that exists.
    pub(crate) async fn find_execution(&self, id: &ExecutionId) -> Result<Execution, AppError> {
        let found = self.inner.store.executions().get(id).await?;
        found.map(|stored| stored.execution).ok_or_else(|| unknown_execution(id.as_str()))
    }
}

/// The control that a wish makes; none when it is so already.
fn decide(execution: &Execution, wish: Wish) -> Result<Option<ControlKind>, AppError> {
    let status = execution.status();
    let cancelling = execution.control.kind == ControlKind::Cancel;
    match wish {
        Wish::Cancel if status.is_complete() => {
            Err(wrong_state(execution, "only what is not complete can be cancelled"))
        }
        Wish::Cancel if cancelling => Ok(None),
        Wish::Cancel => Ok(Some(ControlKind::Cancel)),
        Wish::Pause if status == ExecutionStatus::Running && !cancelling => Ok(Some(ControlKind::Pause)),
        Wish::Pause => Err(wrong_state(execution, "only what is RUNNING can be paused")),
        Wish::Resume if status == ExecutionStatus::Paused => Ok(Some(ControlKind::Run)),
        Wish::Resume => Err(wrong_state(execution, "only what is PAUSED can be resumed")),
    }
}

/// The execution is in a state that `rule` excludes.
pub(crate) fn wrong_state(execution: &Execution, rule: &str) -> AppError {
    let cancelling = execution.control.kind == ControlKind::Cancel && !execution.status().is_complete();
    let note = if cancelling { " and is being cancelled" } else { "" };
    let message = format!("Execution {} is {}{note}; {rule}.", execution.id, execution.status().as_str());
    AppError::conflict(code("execution.wrong-state"), message)
}

/// No execution has this id.
pub(crate) fn unknown_execution(id: &str) -> AppError {
    AppError::not_found(code("execution.unknown"), format!("There is no execution `{id}`."))
}
