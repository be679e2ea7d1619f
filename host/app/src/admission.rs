//! Making an execution: its trigger, its parameters, and what it is pinned to (reference pipelines-and-stages.md §1.5).

use domain::code::code;
use domain::environment::execution_id;
use domain::evaluation::AtStart;
use domain::execution::{Control, Execution, ExecutionState, Parent, PipelineAt};
use domain::id::{ApplicationName, ExecutionId};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::pipeline::parameter::{missing, resolve};
use domain::principal::{Principal, Standing};
use domain::{Params, Problem};
use store::NewExecution;

use crate::{App, AppError, ErrorClass};

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
    /// The stored pipeline that it runs.
    pub pipeline: Option<PipelineAt>,
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
}

impl App {
    /// An execution, ready to be admitted.
    pub(crate) fn admit(&self, admission: Admission<'_>) -> Result<NewExecution, AppError> {
        let Admission { id, application, pipeline, definition, trigger, kind, user, principal, parent } = admission;
        self.permit_presets(&definition.document, principal)?;
        let expanded = self.expanded(&definition.document).map(|document| Definition::read(&document).0);
        let definition = expanded.as_ref().unwrap_or(definition);
        let trigger = complete(trigger, definition, kind, user)?;
        let id = id.unwrap_or_else(|| execution_id(self.inner.environment.as_ref()));
        let AtStart { document, trigger: evaluated } = self.evaluate_at_start(&id, definition, &trigger);
        let trigger = evaluated.unwrap_or(trigger);
        if trigger.text().len() > LARGEST {
            let message =
                "Parameters, artifacts and payload of a start may have at most 1 MiB; put more into an artifact.";
            return Err(AppError::new(ErrorClass::TooLarge, code("execution.trigger-too-large"), message));
        }
        let differs = pipeline.is_none() || expanded.is_some();
        let document = document.or_else(|| differs.then(|| definition.document.clone()));
        let environment = self.inner.environment.as_ref();
        let execution = Execution {
            id,
            application: application.clone(),
            pipeline,
            name: definition.name.clone(),
            parent,
            trigger,
            principal: principal.name.clone(),
            roles: roles_of(principal),
            created: environment.now(),
            catalog: self.inner.catalogs.current().revision,
            state: ExecutionState::NotStarted,
            control: Control::default(),
        };
        Ok(NewExecution { execution, document, refused: None })
    }
}

/// The trigger as executions show it: `type`, `user` and all parameters are there, everything else stays as given.
fn complete(given: &Params, definition: &Definition, kind: &str, user: &str) -> Result<Params, AppError> {
    let wrong = |pointer: &str, message: &str| {
        let problem = Problem::at(pointer, code("execution.trigger-invalid"), message);
        AppError::invalid("The start", vec![problem])
    };
    let Value::Object(given) = given.value() else {
        return Err(wrong("", "What an execution is started with must be a JSON object."));
    };
    let empty = serde_json::Map::new();
    let parameters = match given.get("parameters") {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(parameters)) => parameters,
        Some(_) => return Err(wrong("/parameters", "`parameters` must be an object: names and values.")),
    };
    if !matches!(given.get("artifacts"), None | Some(Value::Null | Value::Array(_))) {
        return Err(wrong("/artifacts", "`artifacts` must be a list."));
    }
    if !matches!(given.get("type"), None | Some(Value::Null | Value::String(_))) {
        return Err(wrong("/type", "`type` must be a text."));
    }
    let named = given.get("type").and_then(Value::as_str).filter(|kind| !kind.is_empty()).unwrap_or(kind);
    let mut trigger = serde_json::Map::with_capacity(given.len() + 3);
    trigger.insert("type".into(), named.into());
    trigger.insert("user".into(), user.into());
    trigger.insert("parameters".into(), Value::Object(resolve(&definition.parameters, parameters)));
    let rest = given.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "user" | "parameters"));
    trigger.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    Ok(Params::new(Value::Object(trigger)))
}

/// Refuses a start by hand that leaves a required parameter without any value; triggers may (trap 5).
pub(crate) fn require_parameters(definition: &Definition, execution: &Execution) -> Result<(), AppError> {
    if !definition.parameters.iter().any(|parameter| parameter.required) {
        return Ok(());
    }
    let empty = serde_json::Map::new();
    let values = execution.trigger.get("parameters").and_then(Value::as_object).unwrap_or(&empty);
    let problems: Vec<Problem> = missing(&definition.parameters, values)
        .into_iter()
        .map(|name| {
            let pointer = format!("/parameters/{}", domain::pipeline::field::escaped(name));
            let message = format!("Parameter `{name}` is required and has no default; give it a value.");
            Problem::at(pointer, code("execution.parameter-missing"), message)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The start", problems)) }
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
