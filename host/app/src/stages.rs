//! What people do to a single stage of an execution: change its context, skip it (reference pipelines-and-stages.md §2.11).

use domain::code::code;
use domain::execution::{Execution, Fact};
use domain::params::Value;
use domain::stage::StageStatus;
use domain::{ExecutionId, Params, StageId};
use store::{Loaded, Write};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::control::unknown_execution;
use crate::view::{StageView, stages};
use crate::{App, AppError, Caller, ErrorClass};

/// Most bytes of a patch: the bound on one value.
const LARGEST: usize = 1 << 20;

impl App {
    /// Lays keys over the context of a running stage; the stage is told. `{"manualSkip": true}` skips it instead, and keys that answer
    /// what the stage asks people (`x-patch`) are an answer.
    ///
    /// # Errors
    /// As [`App::answer`] for an answer, else `execution.unknown`, `stage.unknown`, `access.denied`, `stage.not-running` with the state named, `stage.not-skippable`.
    pub async fn patch_stage(&self, caller: &Caller, id: &str, stage: &str, patch: Params) -> Result<(), AppError> {
        if patch.get("manualSkip").and_then(Value::as_bool) == Some(true) {
            return self.skip_stage(caller, id, stage, None).await;
        }
        if self.answer_by_patch(caller, id, stage, &patch).await? {
            return Ok(());
        }
        let attempt = Attempt { action: "stage.patch", noun: "stage", subject: stage };
        let (_, running) = self.running_stage(caller, attempt, id, stage).await?;
        if patch.text().len() > LARGEST {
            let message = "A patch of a stage's context may have at most 1 MiB.";
            return Err(AppError::new(ErrorClass::TooLarge, code("stage.patch-too-large"), message));
        }
        let details = serde_json::json!({ "execution": id, "keys": patch.keys(), "via": caller.via() });
        let fact = Fact::Patched { stage: running.id, by: caller.principal.name.clone(), patch };
        self.tell(caller, attempt, id, fact, details).await
    }

    /// Skips a running stage that allows it: it ends SKIPPED, and downstream runs.
    ///
    /// # Errors
    /// `execution.unknown`, `stage.unknown`, `access.denied`, `stage.not-running` with the state named, `stage.not-skippable`.
    pub async fn skip_stage(
        &self,
        caller: &Caller,
        id: &str,
        stage: &str,
        reason: Option<String>,
    ) -> Result<(), AppError> {
        let attempt = Attempt { action: "stage.skip", noun: "stage", subject: stage };
        let (execution, running) = self.running_stage(caller, attempt, id, stage).await?;
        if !self.is_skippable(&execution, &running).await? {
            let message = format!(
                "Stage `{}` cannot be skipped: neither does its type allow it, nor does it say `\"canManuallySkip\": true`.",
                running.name
            );
            return Err(AppError::conflict(code("stage.not-skippable"), message));
        }
        let fact = Fact::Skipped { stage: running.id, by: caller.principal.name.clone() };
        let details = serde_json::json!({ "execution": id, "reason": reason, "via": caller.via() });
        self.tell(caller, attempt, id, fact, details).await
    }

    async fn is_skippable(&self, execution: &Execution, stage: &StageView) -> Result<bool, AppError> {
        let says = |key| stage.context.get(key).and_then(Value::as_bool) == Some(true);
        // The host's own synthetic stage; what stands behind it is reached by nothing else.
        if says("canManuallySkip") || stage.synthetic.is_some() && stage.kind == domain::window::KIND {
            return Ok(true);
        }
        let catalog = self.inner.catalogs.at(execution.catalog).await?;
        let provider = stage.context.get("cloudProvider").and_then(Value::as_str);
        Ok(catalog.find_stage(&stage.kind, provider).is_some_and(|(_, offer)| offer.skippable))
    }

    async fn tell(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        id: &str,
        fact: Fact,
        details: Value,
    ) -> Result<(), AppError> {
        let entry = self.entry(caller, attempt, Params::new(details));
        let unit = vec![Write::Inbox { execution: id.into(), fact }, Write::Audit(entry)];
        Ok(self.inner.store.write(unit).await?)
    }

    async fn running_stage(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        id: &str,
        stage: &str,
    ) -> Result<(Execution, StageView), AppError> {
        let id = ExecutionId::from(id);
        let loaded = self.inner.store.executions().load(&id).await?.ok_or_else(|| unknown_execution(id.as_str()))?;
        self.permit(caller, attempt, Action::Execute, &loaded.execution.application).await?;
        let found = self.find_stage(&loaded, &stage.into()).await?;
        if matches!(found.status, StageStatus::Running | StageStatus::Paused) {
            return Ok((loaded.execution, found));
        }
        let message = format!(
            "Stage `{}` is {} in an execution that is {}; this is for running stages only.",
            found.name,
            found.status.as_str(),
            loaded.execution.status().as_str()
        );
        Err(AppError::conflict(code("stage.not-running"), message))
    }

    async fn find_stage(&self, loaded: &Loaded, stage: &StageId) -> Result<StageView, AppError> {
        let definition = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
        let all = stages(&loaded.execution, &definition.0, &loaded.stages);
        let found = all.into_iter().find(|one| one.id == *stage || one.ref_id.as_str() == stage.as_str());
        found.ok_or_else(|| unknown_stage(&loaded.execution.id, stage.as_str()))
    }
}

/// The execution has no such stage.
pub(crate) fn unknown_stage(execution: &ExecutionId, stage: &str) -> AppError {
    let message = format!("Execution {execution} has no stage with the id or reference `{stage}`.");
    AppError::not_found(code("stage.unknown"), message)
}
