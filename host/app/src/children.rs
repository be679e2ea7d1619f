//! Executions that stages start (reference pipelines-and-stages.md §3.6). A decision with reads, no write: the engine puts the
//! row into the commit that orders it.

use domain::code::code;
use domain::execution::{Execution, Parent};
use domain::id::{ApplicationName, ExecutionId, PipelineId};
use domain::params::Value;
use domain::pipeline::Concurrency;
use domain::principal::{Principal, Standing};
use domain::stage::request::ChildExecution;
use domain::{Failure, Params};
use store::NewExecution;

use crate::admission::{Admission, principal_of, summary};
use crate::authorize::{Action, Resource, authorize};
use crate::known::Known;
use crate::{App, AppError, ErrorClass};

/// Most executions below one another (design §5 *Bounds*).
pub const DEEPEST: u32 = 16;

impl App {
    /// Decides on a child of `execution`, started by its stage at `parent` and acting as `principal`. Its id is derived from the
    /// key, so that a repeat starts nothing.
    ///
    /// # Errors
    /// As the answer to the stage: `pipeline.unknown`, `pipeline.disabled`, `access.denied`, `execution.too-deep`,
    /// `execution.child-would-wait` when it would wait for the slot that one of its ancestors holds.
    pub async fn admit_child(
        &self,
        execution: &Execution,
        parent: Parent,
        child: &ChildExecution,
        principal: &str,
    ) -> Result<NewExecution, Failure> {
        let admitted = self.child(execution, parent, child, principal).await;
        match &admitted {
            Ok(_) => self.inner.stats.starts.add(),
            Err(_) => self.inner.stats.starts_refused.add(),
        }
        Ok(admitted?)
    }

    async fn child(
        &self,
        execution: &Execution,
        parent: Parent,
        child: &ChildExecution,
        principal: &str,
    ) -> Result<NewExecution, AppError> {
        if parent.depth > DEEPEST {
            let message =
                format!("An execution may have at most {DEEPEST} others above it; do the pipelines run one another?");
            return Err(AppError::conflict(code("execution.too-deep"), message));
        }
        let known = self.child_pipeline(execution, child).await?;
        let pipeline = &known.pipeline;
        let principal = self.acting(execution, principal).await?;
        let acl = self.acl(&pipeline.application).await?;
        authorize(&principal, Action::Execute, Resource::Application(&acl)).map_err(|denied| {
            let message =
                format!("`{}` may not start `{}`: it needs {}.", principal.name, pipeline.name, denied.missing);
            AppError::new(ErrorClass::Denied, code("access.denied"), message)
        })?;
        if known.read.0.disabled {
            let message = format!("Pipeline `{}` is disabled and cannot be started.", pipeline.name);
            return Err(AppError::conflict(code("pipeline.disabled"), message));
        }
        self.check_slot(execution, &known).await?;
        let trigger = trigger(execution, &parent, child);
        let id = ExecutionId::derive_child(&parent.execution, &parent.stage, parent.run, &parent.label);
        // A start that fails is the failed execution that the stage may wait for (reference §3.6, trap 46).
        let admitted = self.admit(Admission {
            id: Some(id),
            application: &pipeline.application,
            pipeline: Some(&known),
            definition: &known.read.0,
            trigger: &trigger,
            kind: "pipeline",
            user: &principal.name,
            principal: &principal,
            parent: Some(parent),
            by_hand: false,
        });
        Ok(admitted.await?.new)
    }

    /// The pipeline that a stage means: by id, or by name in an application, its own where none is named.
    async fn child_pipeline(
        &self,
        execution: &Execution,
        child: &ChildExecution,
    ) -> Result<std::sync::Arc<Known>, AppError> {
        let named = child.application.trim();
        let application = if named.is_empty() { execution.application.clone() } else { ApplicationName::from(named) };
        let by_id = self.known(&PipelineId::from(child.pipeline.as_str())).await;
        match by_id {
            Err(error) if error.class == ErrorClass::NotFound => self.known_in(&application, &child.pipeline).await,
            found => found,
        }
    }

    /// Who a stage acts as: whoever the execution was admitted for, or a person who answered one of its questions.
    pub(crate) async fn acting(&self, execution: &Execution, name: &str) -> Result<Principal, AppError> {
        if execution.principal == name {
            return Ok(principal_of(execution));
        }
        let tokens = self.inner.store.tokens().list().await?;
        let now = self.inner.environment.now();
        let holds = |end: Option<domain::Timestamp>| end.is_none_or(|end| end > now);
        let known = tokens.into_iter().find(|token| token.principal.name == name && holds(token.expires));
        let nobody = || Principal { name: name.to_owned(), standing: Standing::Member, roles: Vec::new() };
        Ok(known.map_or_else(nobody, |token| token.principal))
    }

    /// A child of a limited pipeline waits for a slot. If its ancestors hold all of them it would wait for ever.
    async fn check_slot(&self, execution: &Execution, known: &Known) -> Result<(), AppError> {
        let Concurrency::AtMost(most) = known.read.0.concurrency else { return Ok(()) };
        let runs = |execution: &Execution| execution.pipeline.as_ref().is_some_and(|at| at.id == known.pipeline.id);
        let mut held = u32::from(runs(execution));
        let mut parent = execution.parent.clone();
        while let Some(above) = parent {
            let above = self.find_execution(&above.execution).await?;
            held += u32::from(runs(&above));
            parent = above.parent;
        }
        if held < most {
            return Ok(());
        }
        let message = format!(
            "`{}` runs {most} at a time, and executions above this one hold that: the child would wait for ever.",
            known.pipeline.name
        );
        Err(AppError::conflict(code("execution.child-would-wait"), message))
    }
}

/// The child's trigger: what the stage says, and where it comes from.
fn trigger(execution: &Execution, parent: &Parent, child: &ChildExecution) -> Params {
    let mut trigger = child.trigger.value().as_object().cloned().unwrap_or_default();
    trigger.entry("parentExecution").or_insert_with(|| summary(execution));
    trigger.insert("parentPipelineStageId".into(), parent.stage.as_str().into());
    if execution.trigger.get("dryRun") == Some(&Value::Bool(true)) {
        trigger.insert("dryRun".into(), true.into());
    }
    if !child.parameters.value().is_null() {
        trigger.insert("parameters".into(), child.parameters.value().clone());
    }
    if let Some(artifacts) = child.artifacts.as_ref().filter(|artifacts| artifacts.value().is_array()) {
        trigger.insert("artifacts".into(), artifacts.value().clone());
    }
    // The key in the child's id makes a repeat harmless; a correlation id would bind the child to executions of others.
    trigger.retain(|key, value| key != "correlationId" && !(key == "artifacts" && value.is_null()));
    Params::new(Value::Object(trigger))
}
