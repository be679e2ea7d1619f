//! Which artifacts an execution starts with (reference pipelines-and-stages.md §6.4, §3.6 *Artifacts to the child*, §5.7).

use serde_json::Value;

use super::expected::Unresolved;
use super::{Artifact, ExpectedArtifact, distinct};
use crate::params::Params;

/// A start's artifacts, about to be resolved. Made from the document and the trigger after their expressions were evaluated.
#[derive(Clone, Debug)]
pub struct AtStart {
    considered: Vec<ExpectedArtifact>,
    received: Vec<Artifact>,
    /// The trigger says something of artifacts, so that it is written even when nothing is considered.
    named: bool,
}

impl AtStart {
    /// What a start of `document` with `trigger` has to resolve: the entries whose ids the trigger lists, and all that have a default
    /// or want a prior artifact. One that another execution started considers what the entries of its `pipeline` triggers for that
    /// pipeline list, too, and whatever fits something that it was given.
    #[must_use]
    pub fn new(document: &Params, trigger: &Params) -> AtStart {
        let received =
            ["receivedArtifacts", "artifacts"].into_iter().flat_map(|key| Artifact::read_all(trigger.get(key)));
        let received = distinct(received);
        let mut listed = texts(trigger.get("expectedArtifactIds"));
        let parent = trigger.get("parentExecution").filter(|parent| parent.is_object());
        if let Some(id) = parent.and_then(|parent| parent.get("pipelineConfigId")).and_then(Value::as_str) {
            listed.extend(listed_for_parent(document, id));
        }
        let is_considered = |expected: &ExpectedArtifact| {
            expected.use_default
                || expected.use_prior
                || listed.contains(&expected.id.as_str())
                || (parent.is_some() && received.iter().any(|artifact| expected.matches(artifact)))
        };
        let all = ExpectedArtifact::read_all(document.get("expectedArtifacts"));
        let considered = all.into_iter().filter(is_considered).collect();
        let named = ["artifacts", "receivedArtifacts", "expectedArtifacts", "resolvedExpectedArtifacts"]
            .iter()
            .any(|key| trigger.get(key).is_some_and(|value| !value.is_null()));
        AtStart { considered, received, named }
    }

    /// Whether the artifacts of the execution before have to be looked up: somebody wants them, and nothing that was received fits.
    #[must_use]
    pub fn needs_prior(&self) -> bool {
        let unmatched = |expected: &&ExpectedArtifact| !self.received.iter().any(|artifact| expected.matches(artifact));
        self.considered.iter().filter(|expected| expected.use_prior).any(|expected| unmatched(&expected))
    }

    /// Resolves every considered entry: what was received, else the prior artifacts where it wants them, else its default. `prior` are
    /// the artifacts of the execution before, as many times as they occur there. Absent: the trigger stays as it is; otherwise it
    /// comes back with `artifacts`, `expectedArtifacts` and `resolvedExpectedArtifacts`.
    ///
    /// # Errors
    /// The first entry that nothing fits, or that several things fit within one of these steps.
    pub fn resolve(&self, trigger: &Params, prior: &[Artifact]) -> Result<Option<Params>, Unresolved> {
        if self.considered.is_empty() && !self.named {
            return Ok(None);
        }
        let mut resolved = Vec::with_capacity(self.considered.len());
        let mut bound = Vec::with_capacity(self.considered.len());
        for expected in &self.considered {
            let artifact = self.resolve_one(expected, prior)?;
            bound.push(expected.bound_to(artifact));
            resolved.push(artifact.clone());
        }
        let all = distinct(self.received.iter().cloned().chain(resolved));
        let bound = ExpectedArtifact::list(&bound);
        Ok(Some(trigger.merged(&Params::from_members([
            ("artifacts", Artifact::list(&all)),
            ("expectedArtifacts", bound.clone()),
            ("resolvedExpectedArtifacts", bound),
        ]))))
    }

    fn resolve_one<'a>(
        &'a self,
        expected: &'a ExpectedArtifact,
        prior: &'a [Artifact],
    ) -> Result<&'a Artifact, Unresolved> {
        if let Some(artifact) = only(expected, &self.received)? {
            return Ok(artifact);
        }
        if expected.use_prior
            && let Some(artifact) = only(expected, prior)?
        {
            return Ok(artifact);
        }
        let default = expected.default.as_ref().filter(|_| expected.use_default);
        default.ok_or_else(|| Unresolved::Unmatched(expected.describe()))
    }
}

/// The only one that fits, if any does.
fn only<'a>(expected: &ExpectedArtifact, artifacts: &'a [Artifact]) -> Result<Option<&'a Artifact>, Unresolved> {
    let fitting: Vec<&Artifact> = artifacts.iter().filter(|artifact| expected.matches(artifact)).collect();
    match fitting.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => {
            let listed: Vec<String> = many.iter().map(|artifact| artifact.describe()).collect();
            Err(Unresolved::Ambiguous(expected.describe(), listed.join("; ")))
        }
    }
}

/// Ids that the document's `pipeline` triggers for the pipeline `parent` list.
fn listed_for_parent<'a>(document: &'a Params, parent: &str) -> Vec<&'a str> {
    let is_for_parent = |trigger: &&Value| {
        let text = |key: &str| trigger.get(key).and_then(Value::as_str);
        text("type") == Some("pipeline") && text("pipeline") == Some(parent)
    };
    let triggers = document.get("triggers").and_then(Value::as_array).into_iter().flatten();
    triggers.filter(is_for_parent).flat_map(|trigger| texts(trigger.get("expectedArtifactIds"))).collect()
}

fn texts(values: Option<&Value>) -> Vec<&str> {
    values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether an event's artifacts let a configured trigger fire (§5.2): it lists none, or at least one of them fits at least one of those
/// listed. What is listed and unmatched then is the start's to resolve, or to fail for (trap 57).
#[must_use]
pub fn fits_trigger(document: &Params, trigger: &Params, artifacts: &Params) -> bool {
    let listed = texts(trigger.get("expectedArtifactIds"));
    if listed.is_empty() {
        return true;
    }
    let artifacts = Artifact::read_all(Some(artifacts.value()));
    let expected = ExpectedArtifact::read_all(document.get("expectedArtifacts"));
    let mut wanted = expected.iter().filter(|expected| listed.contains(&expected.id.as_str()));
    wanted.any(|expected| artifacts.iter().any(|artifact| expected.matches(artifact)))
}
