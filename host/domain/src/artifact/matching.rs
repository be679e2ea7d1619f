//! Whether an artifact fits a pattern (reference pipelines-and-stages.md §6.3).

use super::{Artifact, ExpectedArtifact};

/// The texts that are compared besides the type; `metadata`, `provenance`, `uuid` and `artifactAccount` are not.
const COMPARED: [&str; 4] = ["name", "version", "location", "reference"];

impl ExpectedArtifact {
    /// Whether `artifact` fits the pattern.
    #[must_use]
    pub fn matches(&self, artifact: &Artifact) -> bool {
        let Some(pattern) = &self.pattern else { return false };
        same_kind(pattern.kind(), artifact.kind())
            && COMPARED.iter().all(|key| fits(pattern.text(key), artifact.text(key)))
    }
}

fn same_kind(pattern: Option<&str>, kind: Option<&str>) -> bool {
    fits(pattern, kind) || pattern.zip(kind).is_some_and(|(pattern, kind)| here(pattern) == here(kind))
}

/// Content that is stored elsewhere is the same type as content that is embedded.
fn here(kind: &str) -> &str {
    match kind {
        "remote/base64" => "embedded/base64",
        "remote/map/base64" => "embedded/map/base64",
        other => other,
    }
}

/// An empty pattern fits whatever is there, even nothing; any other wants a text that is equal to it, or that it matches as a whole.
/// A pattern that is no regular expression, or that reads the text for too long, fits only what is equal to it.
fn fits(pattern: Option<&str>, actual: Option<&str>) -> bool {
    let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else { return true };
    actual.is_some_and(|actual| pattern == actual || expression::matches_whole(pattern, actual).unwrap_or(false))
}
