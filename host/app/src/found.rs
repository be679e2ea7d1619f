//! Artifacts of another execution, for a stage that looks for them there (reference pipelines-and-stages.md §3.14).

use domain::artifact::{Artifact, ExpectedArtifact, Unresolved};
use domain::code::code;
use domain::execution::{Execution, ExecutionStatus};
use domain::id::PipelineId;
use domain::params::Value;
use domain::{Failure, FailureClass, Params};
use store::ExecutionFilter;

use crate::view::ExecutionView;
use crate::{App, AppError, Caller, Cursor, PageRequest};

/// Executions looked at in one go while the most recent one that counts is looked for.
const PAGE: u32 = 20;

impl App {
    /// Artifacts of the most recent execution of a pipeline that fit: `{pipeline, application?, statuses?, expectedArtifacts, stage?}` gives
    /// `{execution, artifacts, resolvedExpectedArtifacts}`. `stage` is the asker: what a stage of the same reference left in its own
    /// pipeline does not count.
    ///
    /// # Errors
    /// `execution.unknown` when there is no such execution, `artifact.unmatched` for the first entry that nothing fits.
    pub(crate) async fn find_artifacts(
        &self,
        caller: &Caller,
        own: &Execution,
        input: &Params,
    ) -> Result<Params, Failure> {
        let found = self.most_recent(caller, own, input).await?.ok_or_else(|| {
            let message =
                "The pipeline has no execution with a status that counts; run it first, or let more statuses count.";
            Failure::new(FailureClass::NotFound, code("execution.unknown"), message)
        })?;
        let except = self.reference_of_asker(caller, own, &found, input).await?;
        let candidates = candidates(&found, except.as_deref());
        let mut artifacts: Vec<Artifact> = Vec::new();
        let mut bound = Vec::new();
        for expected in ExpectedArtifact::read_all(input.get("expectedArtifacts")) {
            let fits = candidates.iter().find(|artifact| expected.matches(artifact));
            let fits = fits.ok_or_else(|| Unresolved::Unmatched(expected.describe()).failure())?;
            let entry = expected.bound_to(fits);
            artifacts.extend(entry.bound.clone().filter(|artifact| !artifacts.contains(artifact)));
            bound.push(entry);
        }
        Ok(Params::from_members([
            ("execution", found.execution.id.as_str().into()),
            ("artifacts", Artifact::list(&artifacts)),
            ("resolvedExpectedArtifacts", ExpectedArtifact::list(&bound)),
        ]))
    }

    async fn most_recent(
        &self,
        caller: &Caller,
        own: &Execution,
        input: &Params,
    ) -> Result<Option<ExecutionView>, AppError> {
        let text = |key: &str| input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let application = text("application").map_or_else(|| own.application.clone(), Into::into);
        let wanted = text("pipeline").unwrap_or_default();
        let pipeline = self.pipeline_in(caller, application.as_str(), wanted).await?.id;
        let statuses = input.get("statuses").and_then(Value::as_array).into_iter().flatten();
        let filter = ExecutionFilter {
            application: Some(application),
            pipeline: Some(pipeline),
            statuses: statuses.filter_map(Value::as_str).filter_map(ExecutionStatus::parse).collect(),
            ..ExecutionFilter::default()
        };
        let mut after: Option<Cursor> = None;
        loop {
            let page = self.executions(caller, &filter, &PageRequest { limit: PAGE, after }).await?;
            // The asker's own execution tells it nothing that it does not see.
            if let Some(found) = page.items.iter().find(|found| found.execution.id != own.id) {
                return Ok(Some(self.execution(caller, found.execution.id.as_str()).await?));
            }
            after = page.next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// The reference of the stage that asks, where it asks about its own pipeline.
    async fn reference_of_asker(
        &self,
        caller: &Caller,
        own: &Execution,
        found: &ExecutionView,
        input: &Params,
    ) -> Result<Option<String>, AppError> {
        let pipeline = |execution: &Execution| execution.pipeline.as_ref().map(|at| at.id.clone());
        let is_own = pipeline(own).is_some_and(|id: PipelineId| pipeline(&found.execution) == Some(id));
        let Some(stage) = input.get("stage").and_then(Value::as_str).filter(|_| is_own) else { return Ok(None) };
        let asking = self.execution(caller, own.id.as_str()).await?;
        let asker = asking.stages.iter().find(|known| known.id.as_str() == stage);
        Ok(asker.map(|asker| asker.ref_id.to_string()))
    }
}

/// What the stages of an execution left, the last ones first, then what it was started with.
fn candidates(found: &ExecutionView, except: Option<&str>) -> Vec<Artifact> {
    let counted = found.stages.iter().rev().filter(|stage| Some(stage.ref_id.as_str()) != except);
    let left = counted.filter_map(|stage| stage.outputs.get("artifacts").or(Some(stage.artifacts.value()))?.as_array());
    let brought = found.execution.trigger.get("artifacts").and_then(Value::as_array);
    left.chain(brought).flatten().filter_map(Artifact::read).collect()
}
