//! Expected artifacts: a pattern, and where else an artifact may come from (reference pipelines-and-stages.md §6.2).

use serde_json::{Map, Value};

use super::{Artifact, is_true};
use crate::code::code;
use crate::failure::{Failure, FailureClass};

/// One entry of `expectedArtifacts`; what this program does not know of it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedArtifact {
    raw: Map<String, Value>,
    /// What triggers and stages call it; empty where the document has none.
    pub id: String,
    /// The pattern. Without one nothing matches.
    pub pattern: Option<Artifact>,
    /// Where nothing that was received matches: the match of the execution before.
    pub use_prior: bool,
    /// Else the default.
    pub use_default: bool,
    /// The default.
    pub default: Option<Artifact>,
    /// What it was resolved to.
    pub bound: Option<Artifact>,
}

/// Why an expected artifact is not resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// Nothing matches, and there is no prior and no default to fall back to.
    #[error(
        "Unmatched expected artifact {0} could not be resolved. Start the pipeline with an artifact that fits, or give the expected artifact a default."
    )]
    Unmatched(String),
    /// More than one matches.
    #[error("Expected artifact {0} matches multiple artifacts: {1}. Make its pattern narrower.")]
    Ambiguous(String, String),
}

impl Unresolved {
    /// As a failure with its code.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let code = match self {
            Unresolved::Unmatched(_) => code("artifact.unmatched"),
            Unresolved::Ambiguous(..) => code("artifact.ambiguous"),
        };
        Failure::new(FailureClass::InvalidInput, code, self.to_string())
    }
}

impl ExpectedArtifact {
    /// Reads an entry; anything but an object is none.
    #[must_use]
    pub fn read(value: &Value) -> Option<ExpectedArtifact> {
        let raw = value.as_object()?.clone();
        let artifact = |key: &str| raw.get(key).and_then(Artifact::read);
        let flag = |key: &str| raw.get(key).is_some_and(is_true);
        let id = raw.get("id").and_then(super::text).unwrap_or_default();
        let (pattern, default, bound) =
            (artifact("matchArtifact"), artifact("defaultArtifact"), artifact("boundArtifact"));
        let (use_prior, use_default) = (flag("usePriorArtifact"), flag("useDefaultArtifact"));
        Some(ExpectedArtifact { raw, id, pattern, use_prior, use_default, default, bound })
    }

    /// Reads a list of entries; what is none is left out.
    #[must_use]
    pub fn read_all(values: Option<&Value>) -> Vec<ExpectedArtifact> {
        values.and_then(Value::as_array).into_iter().flatten().filter_map(ExpectedArtifact::read).collect()
    }

    /// As written in the document, with `boundArtifact`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = self.raw.clone();
        if let Some(bound) = &self.bound {
            members.insert("boundArtifact".to_owned(), bound.to_json());
        }
        members.into()
    }

    /// A list of entries, as it is written.
    #[must_use]
    pub fn list(expected: &[ExpectedArtifact]) -> Value {
        expected.iter().map(ExpectedArtifact::to_json).collect()
    }

    /// Resolved to `artifact`, whose account, when empty, is that of the pattern.
    #[must_use]
    pub fn bound_to(&self, artifact: &Artifact) -> ExpectedArtifact {
        let account = self.pattern.as_ref().and_then(Artifact::account);
        let bound = match artifact.account() {
            Some(_) => artifact.clone(),
            None => artifact.clone().with_account(account),
        };
        ExpectedArtifact { bound: Some(bound), ..self.clone() }
    }

    /// For people: its display name or id, and its pattern.
    #[must_use]
    pub fn describe(&self) -> String {
        let shown = self.raw.get("displayName").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = shown.unwrap_or(if self.id.is_empty() { "without id" } else { &self.id });
        let pattern = self.pattern.as_ref().map_or_else(|| "no pattern".to_owned(), Artifact::describe);
        format!("`{name}` ({pattern})")
    }
}
