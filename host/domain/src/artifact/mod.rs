//! Artifacts: what they are, how they are expected, matched, resolved at a start and bound by stages
//! (reference pipelines-and-stages.md §6).

mod bind;
mod expected;
mod matching;
mod start;
#[cfg(test)]
mod tests;
mod visible;

use serde_json::{Map, Value};

pub use bind::{Bound, bind};
pub use expected::{ExpectedArtifact, Unresolved};
pub use start::{AtStart, fits_trigger};
pub use visible::{Wanted, of_execution, of_stage, visible};

/// Members of an artifact that hold text.
const TEXTS: [&str; 8] = ["type", "name", "version", "location", "reference", "artifactAccount", "provenance", "uuid"];

/// A thing that a pipeline works with: an image, a file, a chart (§6.1). Empty texts count as given; absent ones are not written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Artifact {
    texts: [Option<String>; TEXTS.len()],
    /// The type was typed by hand.
    pub custom_kind: bool,
    /// Free, and every member that this program does not know.
    pub metadata: Map<String, Value>,
}

impl Artifact {
    /// Reads an artifact; anything but an object is none. Numbers and booleans in the place of texts are read as text, members that
    /// are not known are collected in `metadata`, and the legacy member `kind` is left out.
    #[must_use]
    pub fn read(value: &Value) -> Option<Artifact> {
        let members = value.as_object()?;
        let mut artifact = Artifact::default();
        for (key, value) in members {
            match (key.as_str(), value) {
                (_, Value::Null) | ("kind", _) => {}
                ("customKind", value) => artifact.custom_kind = is_true(value),
                ("metadata", Value::Object(metadata)) => {
                    artifact.metadata.extend(metadata.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
                (known, value) => match (TEXTS.iter().position(|text| *text == known), text(value)) {
                    (Some(at), Some(text)) => artifact.texts[at] = Some(text),
                    _ => {
                        artifact.metadata.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                },
            }
        }
        Some(artifact)
    }

    /// Reads a list of artifacts; what is no artifact is left out, and so is what was there before.
    #[must_use]
    pub fn read_all(values: Option<&Value>) -> Vec<Artifact> {
        distinct(values.and_then(Value::as_array).into_iter().flatten().filter_map(Artifact::read))
    }

    /// As it is written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let texts = TEXTS.iter().zip(&self.texts);
        let mut members: Map<String, Value> =
            texts.filter_map(|(key, text)| Some(((*key).to_owned(), text.clone()?.into()))).collect();
        if self.custom_kind {
            members.insert("customKind".to_owned(), true.into());
        }
        if !self.metadata.is_empty() {
            members.insert("metadata".to_owned(), self.metadata.clone().into());
        }
        members.into()
    }

    /// A list of artifacts, as it is written.
    #[must_use]
    pub fn list(artifacts: &[Artifact]) -> Value {
        artifacts.iter().map(Artifact::to_json).collect()
    }

    /// Its type, `category/kind`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.text("type")
    }

    /// Its identity without version.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// The account to fetch it with; an empty one counts as absent.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.text("artifactAccount").filter(|account| !account.is_empty())
    }

    /// With this account, if there is one.
    #[must_use]
    pub fn with_account(mut self, account: Option<&str>) -> Artifact {
        if let (Some(account), Some(at)) = (account, TEXTS.iter().position(|text| *text == "artifactAccount")) {
            self.texts[at] = Some(account.to_owned());
        }
        self
    }

    /// The text member `key`.
    fn text(&self, key: &str) -> Option<&str> {
        let at = TEXTS.iter().position(|text| *text == key)?;
        self.texts[at].as_deref()
    }

    /// For people: its type, and by which of its texts one may know it.
    #[must_use]
    pub fn describe(&self) -> String {
        let known = ["name", "reference", "version"].into_iter().filter_map(|key| Some((key, self.text(key)?)));
        let known: Vec<String> =
            known.filter(|(_, text)| !text.is_empty()).map(|(key, text)| format!("{key} `{}`", brief(text))).collect();
        let kind = self.kind().filter(|kind| !kind.is_empty()).unwrap_or("any type");
        if known.is_empty() { kind.to_owned() } else { format!("{kind}, {}", known.join(", ")) }
    }
}

/// Artifacts without those that were there before, in order.
pub(crate) fn distinct(artifacts: impl IntoIterator<Item = Artifact>) -> Vec<Artifact> {
    let mut all: Vec<Artifact> = Vec::new();
    for artifact in artifacts {
        if !all.contains(&artifact) {
            all.push(artifact);
        }
    }
    all
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Booleans may arrive as text (§1.1).
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

/// Content that is embedded in a reference is nothing to be read in a sentence.
fn brief(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(std::iter::once('…')).collect()
}
