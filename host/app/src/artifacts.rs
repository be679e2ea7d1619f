//! The artifacts that an execution starts with (reference pipelines-and-stages.md §6.4).

use domain::Params;
use domain::artifact::{Artifact, AtStart, fits_trigger, of_execution};
use domain::code::code;
use domain::evaluation::has_expressions;
use domain::id::{ExecutionId, PipelineId};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::plugin::call::Payload;
use domain::stage::Roster;
use store::ConfiguredTrigger;

use crate::{App, AppError};

impl App {
    /// The trigger with the artifacts that the pipeline expects; absent: it stays as it is. What the entries say in expressions is
    /// evaluated against the trigger first.
    ///
    /// # Errors
    /// `artifact.unmatched`, `artifact.ambiguous`: the start fails.
    pub(crate) async fn resolve_artifacts(
        &self,
        id: &ExecutionId,
        pipeline: Option<&PipelineId>,
        definition: &Definition,
        trigger: &Params,
    ) -> Result<Option<Value>, AppError> {
        let start = match definition.document.get("expectedArtifacts").filter(|expected| !is_none(expected)) {
            None => AtStart::new(&Params::null(), trigger),
            Some(expected) => {
                let mut expected = Params::new(expected.clone());
                if has_expressions(&expected) {
                    expected = self.evaluate_on_trigger(id, &expected, trigger);
                }
                let triggers = definition.document.get("triggers").cloned().unwrap_or_default();
                let members = [("expectedArtifacts", expected.value().clone()), ("triggers", triggers)];
                AtStart::new(&Params::from_members(members), trigger)
            }
        };
        let prior = match pipeline.filter(|_| start.needs_prior()) {
            Some(pipeline) => self.prior_artifacts(pipeline).await?,
            None => Vec::new(),
        };
        let resolved = start.resolve(trigger, &prior).map_err(|unresolved| {
            let failure = unresolved.failure();
            AppError::conflict(failure.code, failure.message)
        })?;
        Ok(resolved.map(|trigger| trigger.value().clone()))
    }

    /// Refuses an event whose artifacts do not fit what the trigger's entry lists. Dates and host events bring none, so nothing is asked of
    /// them here; what they list is the start's to resolve (traps 58, 59).
    pub(crate) fn check_artifacts(
        &self,
        kind: &str,
        document: &Params,
        trigger: &ConfiguredTrigger,
        given: &Params,
    ) -> Result<(), AppError> {
        let catalog = self.inner.catalogs.current();
        let hears = catalog.find_trigger(kind).is_some_and(|(_, offer)| offer.hooks || offer.polls);
        let artifacts = Params::new(given.get("artifacts").cloned().unwrap_or_default());
        if !hears || fits_trigger(document, &trigger.config, &artifacts) {
            return Ok(());
        }
        let message = "No artifact of the event fits one of the expected artifacts that the trigger lists.";
        Err(AppError::conflict(code("trigger.artifacts-unmatched"), message))
    }

    /// The artifacts of the execution of a pipeline that was started last, whatever came of it.
    async fn prior_artifacts(&self, pipeline: &PipelineId) -> Result<Vec<Artifact>, AppError> {
        let executions = self.inner.store.executions();
        let Some(last) = executions.last_started(pipeline).await? else { return Ok(Vec::new()) };
        let Some(loaded) = executions.load(&last).await? else { return Ok(Vec::new()) };
        let read = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
        let mut roster = Roster::new(&last, &read.0, &read.1);
        if let Err(reference) = roster.restore(loaded.stages) {
            tracing::warn!(execution = %last, stage = %reference, "a stored stage does not fit its document; its artifacts do not count");
        }
        Ok(of_execution(&roster.stages, &loaded.execution.trigger))
    }
}

/// Whether a start has anything to do with artifacts; cheap.
pub(crate) fn concerns_artifacts(definition: &Definition, trigger: &serde_json::Map<String, Value>) -> bool {
    let keys = ["artifacts", "receivedArtifacts", "expectedArtifacts", "resolvedExpectedArtifacts"];
    definition.document.get("expectedArtifacts").is_some_and(|expected| !is_none(expected))
        || keys.iter().any(|key| trigger.get(*key).is_some_and(|value| !value.is_null()))
}

fn is_none(expected: &Value) -> bool {
    expected.is_null() || expected.as_array().is_some_and(Vec::is_empty)
}

/// The trigger of the execution: what the plugin made of the event, its artifacts, and which expected artifacts the entry lists. Dates
/// enforce none, so with `dates` what the entry lists is not carried (reference pipelines-and-stages.md §5.4).
pub(crate) fn with_artifacts(payload: Payload, key: &str, config: &Params, dates: bool) -> Params {
    let Payload { trigger, artifacts } = payload;
    let mut members = trigger.value().as_object().cloned().unwrap_or_default();
    if artifacts.value().as_array().is_some_and(|artifacts| !artifacts.is_empty()) {
        members.entry("artifacts").or_insert_with(|| artifacts.value().clone());
    }
    if let Some(listed) = config.get("expectedArtifactIds").filter(|listed| listed.is_array() && !dates) {
        members.entry("expectedArtifactIds").or_insert_with(|| listed.clone());
    }
    members.insert("eventId".into(), key.into());
    Params::new(Value::Object(members))
}
