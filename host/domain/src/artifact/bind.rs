//! Binding what a stage produced to what it expects (reference pipelines-and-stages.md §6.6).

use serde_json::Value;

use super::expected::Unresolved;
use super::visible::of_stage;
use super::{Artifact, ExpectedArtifact, distinct};
use crate::params::Params;
use crate::stage::{Stage, ancestry};

/// What binding gives a stage: `artifacts` and `resolvedExpectedArtifacts`, for its context and its outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound(pub Params);

/// Binds the `expectedArtifacts` of the stage at `position`. Candidates are its own artifacts, then what its ancestors put out, then
/// what the trigger of the execution brought; the first that fits wins, else the default. Prior artifacts do not count. Absent: it
/// expects none.
///
/// # Errors
/// The first entry that nothing fits.
pub fn bind(stages: &[Stage], position: usize, trigger: &Params) -> Result<Option<Bound>, Unresolved> {
    let Some(stage) = stages.get(position) else { return Ok(None) };
    let expected = ExpectedArtifact::read_all(stage.configuration().get("expectedArtifacts"));
    if expected.is_empty() {
        return Ok(None);
    }
    let candidates = candidates(stages, position, trigger);
    let mut bound = Vec::with_capacity(expected.len());
    let mut artifacts = Vec::with_capacity(expected.len());
    for expected in &expected {
        let found = candidates.iter().find(|artifact| expected.matches(artifact));
        let default = expected.default.as_ref().filter(|_| expected.use_default);
        let artifact = found.or(default).ok_or_else(|| Unresolved::Unmatched(expected.describe()))?;
        let entry = expected.bound_to(artifact);
        artifacts.extend(entry.bound.clone());
        bound.push(entry);
    }
    Ok(Some(Bound(Params::from_members([
        ("artifacts", Artifact::list(&distinct(artifacts))),
        ("resolvedExpectedArtifacts", ExpectedArtifact::list(&bound)),
    ]))))
}

fn candidates(stages: &[Stage], position: usize, trigger: &Params) -> Vec<Artifact> {
    let read = |values: Option<&Value>| -> Vec<Artifact> {
        values.and_then(Value::as_array).into_iter().flatten().filter_map(Artifact::read).collect()
    };
    let mut all = Vec::new();
    if let Some(record) = stages.get(position).and_then(Stage::record) {
        all.extend(read(Some(record.artifacts.value())));
        all.extend(read(record.context.get("artifacts")));
    }
    for record in ancestry::ancestors(stages, position).filter_map(|ancestor| stages[ancestor].record()) {
        all.extend(of_stage(record).iter().filter_map(Artifact::read));
    }
    all.extend(read(trigger.get("artifacts")));
    all
}
