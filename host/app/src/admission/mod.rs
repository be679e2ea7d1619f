//! Making an execution: its trigger, its parameters, and what it is pinned to (reference pipelines-and-stages.md §1.5).
//!
//! ```text
//! 1, 2  read       what was given; what cannot be read is refused, and leaves nothing behind
//! 3     parent     the execution that `parentPipelineId` names
//! 4     parameters defaults, and null for the rest
//! 5     artifacts  what the pipeline expects, bound to what was received
//! 6     (templates)
//! 7     disabled
//! 8     fits       what is installed
//! 9     evaluate   the document with its presets, as far as its evaluator does so at the start
//! 10–12 `start`, `children` and `triggers` write it, each in its own unit
//! ```
//! What fails in 3 to 8 leaves a failed execution behind.

mod parent;
mod trigger;

use domain::code::code;
use domain::environment::execution_id;
use domain::evaluation::AtStart;
use domain::execution::{Control, Execution, ExecutionState, Parent, PipelineAt};
use domain::id::{ApplicationName, ExecutionId};
use domain::params::{Params, Value};
use domain::pipeline::Definition;
use domain::principal::{Principal, Standing};
use serde_json::Map;
use store::NewExecution;

use crate::artifacts::concerns_artifacts;
use crate::known::Known;
use crate::{App, AppError, ErrorClass};

pub(crate) use parent::summary;

/// Pseudo role that an execution of an administrator carries, so that what it starts is judged as it was (reference
/// access-control.md §3.5). No token can have it as a role.
pub const TEAM_ADMIN: &str = "team-admin";

/// Most bytes of a trigger: the bound on one value (design §5 *Bounds*).
const LARGEST: usize = 1 << 20;

/// What an execution is made from.
pub(crate) struct Admission<'a> {
    /// Its id, where it is derived from a key.
    pub id: Option<ExecutionId>,
    /// Owning application.
    pub application: &'a ApplicationName,
    /// The stored pipeline that it runs; absent: `definition` is of a document that was found right just now.
    pub pipeline: Option<&'a Known>,
    /// The document, read.
    pub definition: &'a Definition,
    /// The trigger as given.
    pub trigger: &'a Params,
    /// Trigger type where the given one names none.
    pub kind: &'a str,
    /// `user` of the trigger, whatever was given.
    pub user: &'a str,
    /// Who it acts as.
    pub principal: &'a Principal,
    /// The stage that starts it.
    pub parent: Option<Parent>,
    /// A person waits for the answer: required parameters are enforced, and the id may be chosen.
    pub by_hand: bool,
}

/// An execution to be written.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The execution; refused where there is a failure.
    pub new: NewExecution,
    /// Why it ends at once, for whoever waits for the answer.
    pub failure: Option<AppError>,
}

/// A start on its way through the steps.
struct Starting<'a> {
    admission: Admission<'a>,
    id: ExecutionId,
    trigger: Map<String, Value>,
}

impl App {
    /// An execution, ready to be admitted.
    ///
    /// # Errors
    /// What cannot be read as a start, and trouble of the server's own. What the reference records as a failed start is no error: it is
    /// [`Admitted::failure`].
    pub(crate) async fn admit(&self, admission: Admission<'_>) -> Result<Admitted, AppError> {
        let mut start = self.read(admission)?;
        let failure = match self.prepare(&mut start).await {
            Err(error) if is_own_trouble(error.class) => return Err(error),
            prepared => prepared.err(),
        };
        if start.admission.by_hand {
            trigger::require_parameters(start.admission.definition, &start.trigger)?;
        }
        let failure = failure.map(|error| AppError { execution: Some(start.id.clone()), ..error });
        self.finish(start, failure)
    }

    fn read<'a>(&self, admission: Admission<'a>) -> Result<Starting<'a>, AppError> {
        let Admission { id, trigger: given, kind, user, by_hand, .. } = &admission;
        let trigger = trigger::read(given, kind, user)?;
        let document = admission.pipeline.is_none().then_some(&admission.definition.document);
        let chosen = if *by_hand { trigger::chosen_id(given, document)? } else { None };
        let id = id.clone().or(chosen).unwrap_or_else(|| execution_id(self.inner.environment.as_ref()));
        Ok(Starting { admission, id, trigger })
    }

    /// Steps 3 to 8, in the reference's order.
    async fn prepare(&self, start: &mut Starting<'_>) -> Result<(), AppError> {
        self.permit_presets(&start.admission.definition.document, start.admission.principal)?;
        self.name_parent(&mut start.trigger, start.admission.principal).await?;
        trigger::give_parameters(&mut start.trigger, start.admission.definition);
        self.expect_artifacts(start).await?;
        refuse_disabled(start.admission.definition)?;
        self.fits(&start.admission)
    }

    /// Step 5.
    async fn expect_artifacts(&self, start: &mut Starting<'_>) -> Result<(), AppError> {
        let Admission { pipeline, definition, .. } = &start.admission;
        if !concerns_artifacts(definition, &start.trigger) {
            return Ok(());
        }
        let given = Params::new(Value::Object(start.trigger.clone()));
        let pipeline = pipeline.map(|known| &known.pipeline.id);
        if let Some(Value::Object(resolved)) = self.resolve_artifacts(&start.id, pipeline, definition, &given).await? {
            start.trigger = resolved;
        }
        Ok(())
    }

    fn fits(&self, admission: &Admission<'_>) -> Result<(), AppError> {
        admission.pipeline.map_or(Ok(()), |known| self.check_known(known, &self.inner.catalogs.current()))
    }

    /// Step 9, and the execution that comes of it all.
    fn finish(&self, start: Starting<'_>, failure: Option<AppError>) -> Result<Admitted, AppError> {
        let Starting { admission, id, trigger } = start;
        let Admission { application, pipeline, definition, principal, parent, .. } = admission;
        let given = Params::new(Value::Object(trigger));
        let expanded = self.expanded(&definition.document).filter(|_| failure.is_none());
        let expanded = expanded.map(|document| Definition::read(&document).0);
        let definition = expanded.as_ref().unwrap_or(definition);
        let (document, trigger) = match &failure {
            Some(_) => (None, given),
            None => {
                let AtStart { document, trigger } = self.evaluate_at_start(&id, definition, &given);
                (document, trigger.unwrap_or(given))
            }
        };
        if trigger.text().len() > LARGEST {
            let message =
                "Parameters, artifacts and payload of a start may have at most 1 MiB; put more into an artifact.";
            return Err(AppError::new(ErrorClass::TooLarge, code("execution.trigger-too-large"), message));
        }
        let differs = pipeline.is_none() || expanded.is_some();
        let document = document.or_else(|| differs.then(|| definition.document.clone()));
        let execution = Execution {
            id,
            application: application.clone(),
            pipeline: pipeline
                .map(|known| PipelineAt { id: known.pipeline.id.clone(), revision: known.pipeline.revision }),
            name: definition.name.clone(),
            parent,
            trigger,
            principal: principal.name.clone(),
            roles: roles_of(principal),
            created: self.inner.environment.now(),
            catalog: self.inner.catalogs.current().revision,
            state: ExecutionState::NotStarted,
            control: Control::default(),
        };
        let refused = failure.as_ref().map(|failure| format!("Failed on startup: {}", failure.message));
        Ok(Admitted { new: NewExecution { execution, document, refused }, failure })
    }
}

/// Step 7.
fn refuse_disabled(definition: &Definition) -> Result<(), AppError> {
    if definition.disabled {
        let message = "Pipeline is disabled and cannot be started.";
        return Err(AppError::conflict(code("pipeline.disabled"), message));
    }
    Ok(())
}

/// Nothing is wrong with the start, so there is nothing to record: it may be tried again.
fn is_own_trouble(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Unavailable | ErrorClass::NoRoom | ErrorClass::Internal)
}

/// Roles at admission, with the administrator's pseudo role.
fn roles_of(principal: &Principal) -> Vec<String> {
    let admin = (principal.standing == Standing::Admin).then(|| TEAM_ADMIN.to_owned());
    principal.roles.iter().cloned().chain(admin).collect()
}

/// Who an execution acts as, as it was at its admission.
#[must_use]
pub fn principal_of(execution: &Execution) -> Principal {
    let admin = execution.roles.iter().any(|role| role == TEAM_ADMIN);
    Principal {
        name: execution.principal.clone(),
        standing: if admin { Standing::Admin } else { Standing::Member },
        roles: execution.roles.iter().filter(|role| *role != TEAM_ADMIN).cloned().collect(),
    }
}
