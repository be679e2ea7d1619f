//! Restarting stages (reference pipelines-and-stages.md §2.13).

use std::collections::BTreeMap;

use domain::code::code;
use domain::execution::{ControlKind, Execution, ExecutionStatus, Fact};
use domain::stage::{Answer, Renewal, StageStatus, StoredState};
use domain::{ExecutionId, Params, StageId};
use store::{Loaded, Write};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::control::{unknown_execution, wrong_state};
use crate::stages::unknown_stage;
use crate::view::{StageView, stages};
use crate::{App, AppError, Caller};

impl App {
    /// Restarts a stage that is over or has not started: it and what is complete downstream begin anew, and the execution with them
    /// if it had ended. A synthetic stage means the top-level one above it. A parent's stage that had waited for this execution and
    /// is over waits for it again.
    ///
    /// # Errors
    /// `execution.unknown`, `stage.unknown`, `access.denied`, `execution.wrong-state` while it waits to start or is ending,
    /// `stage.not-restartable` for a running stage.
    pub async fn restart_stage(
        &self,
        caller: &Caller,
        id: &str,
        stage: &str,
        reason: Option<String>,
    ) -> Result<(), AppError> {
        let id = ExecutionId::from(id);
        let attempt = Attempt { action: "stage.restart", noun: "stage", subject: stage };
        let found = self.find_execution(&id).await?;
        self.permit(caller, attempt, Action::Execute, &found.application).await?;

        let _deciding = self.inner.deciding.of(id.as_str()).await;
        let executions = self.inner.store.executions();
        let loaded = executions.load(&id).await?.ok_or_else(|| unknown_execution(id.as_str()))?;
        let refused = executions.get(&id).await?.and_then(|stored| stored.refused);
        may_restart(&loaded, refused.as_deref())?;
        let shown = self.shown(&loaded).await?;
        let top_level = top_level(&shown, stage).ok_or_else(|| unknown_stage(&id, stage))?;
        if matches!(top_level.status, StageStatus::Running | StageStatus::Paused) {
            let message = format!(
                "Stage `{}` is {}; only a stage that is over or has not started can be restarted.",
                top_level.name,
                top_level.status.as_str()
            );
            return Err(AppError::conflict(code("stage.not-restartable"), message));
        }
        let by = caller.principal.name.clone();
        let fact = Fact::Restarted {
            stage: top_level.id.clone(),
            by: by.clone(),
            renewals: self.renewals(&loaded.execution, &shown).await?,
            answers: Vec::new(),
        };
        let mut unit = vec![Write::Restart { execution: id.clone(), fact }];
        let parents = self.restart_parents(&loaded.execution, &by, &mut unit).await?;
        let details =
            serde_json::json!({ "execution": id.as_str(), "reason": reason, "parents": parents, "via": caller.via() });
        unit.push(Write::Audit(self.entry(caller, attempt, Params::new(details))));
        Ok(self.inner.store.write(unit).await?)
    }

    async fn shown(&self, loaded: &Loaded) -> Result<Vec<StageView>, AppError> {
        let definition = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
        Ok(stages(&loaded.execution, &definition.0, &loaded.stages))
    }

    /// What a restart does to the keys of each stage: from the manifest, and from the stored pipeline of today.
    async fn renewals(
        &self,
        execution: &Execution,
        shown: &[StageView],
    ) -> Result<BTreeMap<StageId, Renewal>, AppError> {
        let catalog = self.inner.catalogs.at(execution.catalog).await?;
        let today = match &execution.pipeline {
            Some(at) => self.known(&at.id).await.ok(),
            None => None,
        };
        let mut renewals = BTreeMap::new();
        for stage in shown.iter().filter(|stage| stage.synthetic.is_none()) {
            let provider = stage.context.get("cloudProvider").and_then(|name| name.as_str());
            let Some((_, offer)) = catalog.find_stage(&stage.kind, provider) else { continue };
            let config = today.as_ref().and_then(|known| {
                let mut stages = known.read.0.stages.iter();
                stages.find(|entry| entry.ref_id == stage.ref_id).map(|entry| entry.config.clone())
            });
            let fresh = offer.restart.reread.iter().filter_map(|key| {
                let value = config.as_ref()?.get(key)?.clone();
                Some((key.as_str(), value))
            });
            let renewal = Renewal { drop: offer.restart.drop.clone(), fresh: Params::from_members(fresh) };
            if renewal != Renewal::default() {
                renewals.insert(stage.id.clone(), renewal);
            }
        }
        Ok(renewals)
    }

    /// Every stage above that had started the execution below it and is over: it goes on to watch it. Returns their executions.
    async fn restart_parents(
        &self,
        execution: &Execution,
        by: &str,
        unit: &mut Vec<Write>,
    ) -> Result<Vec<String>, AppError> {
        let mut restarted = Vec::new();
        let mut child = execution.clone();
        while let Some(parent) = child.parent.clone() {
            let Some(loaded) = self.inner.store.executions().load(&parent.execution).await? else { break };
            let shown = self.shown(&loaded).await?;
            let waits = shown.iter().find(|stage| stage.id == parent.stage);
            let over = waits.is_some_and(|stage| stage.synthetic.is_none() && stage.status.is_complete());
            if !over || may_restart(&loaded, None).is_err() {
                break;
            }
            let started = Params::from_members([("execution", child.id.as_str().into())]);
            let answer =
                Answer { label: parent.label, at: self.inner.environment.now(), by: None, outcome: Ok(started) };
            let fact = Fact::Restarted {
                stage: parent.stage,
                by: by.to_owned(),
                renewals: self.renewals(&loaded.execution, &shown).await?,
                answers: vec![answer],
            };
            restarted.push(parent.execution.to_string());
            unit.push(Write::Restart { execution: parent.execution, fact });
            child = loaded.execution;
        }
        Ok(restarted)
    }
}

/// The top-level stage that `wanted`, an id or a reference, means.
fn top_level<'s>(shown: &'s [StageView], wanted: &str) -> Option<&'s StageView> {
    let mut stage = shown.iter().find(|stage| stage.id.as_str() == wanted || stage.ref_id.as_str() == wanted)?;
    while let Some((parent, _)) = &stage.synthetic {
        stage = shown.iter().find(|above| above.id == *parent)?;
    }
    Some(stage)
}

/// Whether stages of the execution may be restarted now.
fn may_restart(loaded: &Loaded, refused: Option<&str>) -> Result<(), AppError> {
    let execution = &loaded.execution;
    let status = execution.status();
    if refused.is_some() {
        return Err(wrong_state(
            execution,
            "its start was refused, so it has no stage to restart; start the pipeline again",
        ));
    }
    if status == ExecutionStatus::NotStarted {
        return Err(wrong_state(execution, "its stages can be restarted once it has begun"));
    }
    let failing = loaded.stages.iter().any(|row| match &row.state {
        StoredState::Ended(ended) => {
            let fatal = matches!(ended.status, StageStatus::Terminal | StageStatus::Canceled);
            row.planned.is_none() && fatal && !ended.past
        }
        _ => false,
    });
    if !status.is_complete() && (failing || execution.control.kind == ControlKind::Cancel) {
        return Err(wrong_state(execution, "it is ending, and its stages can be restarted when it has ended"));
    }
    Ok(())
}
