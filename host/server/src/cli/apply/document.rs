//! Documents out of files, folders and standard input.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::code::code;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::error::{CliError, Exit};

/// What a document is. Presets and applications come first, because pipelines are made of them and hang from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A preset: a stage type of the operator's own.
    Preset,
    /// An application.
    Application,
    /// A pipeline.
    Pipeline,
}

impl Kind {
    /// As people are told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Preset => "preset",
            Kind::Application => "application",
            Kind::Pipeline => "pipeline",
        }
    }
}

/// One document.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// The application of a pipeline.
    pub application: Option<String>,
    /// Its name.
    pub name: String,
    /// As written.
    pub value: Value,
    /// Where it was read, for people.
    pub place: String,
}

impl Document {
    /// As people are told which.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.application {
            Some(application) => format!("{application}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The documents of `source`: a file, a folder with everything below it, or `-`.
pub(in crate::cli) fn read(source: &str) -> Result<Vec<Document>, CliError> {
    if source == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| unreadable("standard input", &error.to_string()))?;
        return parse("standard input", &text);
    }
    let mut documents = Vec::new();
    for file in files(Path::new(source)).map_err(|error| unreadable(source, &error.to_string()))? {
        let place = file.display().to_string();
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&place, &error.to_string()))?;
        documents.extend(parse(&place, &text)?);
    }
    Ok(documents)
}

/// `path` itself, or the documents below it in order of name.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let kind = entry.extension().and_then(|end| end.to_str()).unwrap_or_default();
        if entry.is_dir() {
            found.extend(files(&entry)?);
        } else if matches!(kind, "json" | "yaml" | "yml") {
            found.push(entry);
        }
    }
    Ok(found)
}

/// The documents in `text`, which was read at `place`.
///
/// # Errors
/// `cli.document-unreadable` when it is neither JSON nor YAML, `cli.document-unknown` when one is no application and no pipeline.
pub fn parse(place: &str, text: &str) -> Result<Vec<Document>, CliError> {
    let json = text.trim_start().starts_with(['{', '[']);
    let values = if json {
        vec![serde_json::from_str(text).map_err(|error| unreadable(place, &format!("it is no JSON: {error}")))?]
    } else {
        let all: Result<Vec<Value>, _> = serde_norway::Deserializer::from_str(text).map(Value::deserialize).collect();
        all.map_err(|error| unreadable(place, &format!("it is no YAML: {error}")))?
    };
    let mut documents = Vec::new();
    for value in values {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for (at, item) in items.into_iter().enumerate() {
                    documents.push(classify(format!("{place}, document {}", at + 1), item)?);
                }
            }
            value => documents.push(classify(place.to_owned(), value)?),
        }
    }
    Ok(documents)
}

fn classify(place: String, value: Value) -> Result<Document, CliError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(|text| text.trim().to_owned());
    if let (Some(kind), Some(_)) = (text("type"), text("target")) {
        return Ok(Document { kind: Kind::Preset, application: None, name: kind, value, place });
    }
    let name = text("name").filter(|name| !name.is_empty());
    let application = text("application").filter(|name| !name.is_empty());
    let pipeline = ["stages", "triggers", "parameterConfig"].iter().any(|key| value.get(key).is_some());
    let unknown = |what: &str| {
        Err(CliError::new(
            Exit::Usage,
            code("cli.document-unknown"),
            format!("{place} is neither application nor pipeline nor preset: {what}"),
        ))
    };
    match (name, application) {
        (None, _) => unknown("it has no `name`"),
        (Some(_), None) if pipeline => unknown("it has stages like a pipeline, but no `application`"),
        (Some(name), Some(application)) => {
            Ok(Document { kind: Kind::Pipeline, application: Some(application), name, value, place })
        }
        (Some(name), None) => Ok(Document { kind: Kind::Application, application: None, name, value, place }),
    }
}

fn unreadable(place: &str, why: &str) -> CliError {
    CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("{place} cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Vec<String> {
        parse("test", text)
            .unwrap()
            .iter()
            .map(|document| format!("{} {}", document.kind.as_str(), document.title()))
            .collect()
    }

    #[test]
    fn json_yaml_lists_and_several_documents_are_read() {
        assert_eq!(titles(r#"{"name": "shop"}"#), ["application shop"]);
        assert_eq!(
            titles(r#"[{"name": "shop"}, {"name": "release", "application": "shop"}]"#),
            ["application shop", "pipeline shop/release"]
        );
        assert_eq!(
            titles("name: shop\n---\nname: release\napplication: shop\nstages: []\n---\n"),
            ["application shop", "pipeline shop/release"]
        );
        assert_eq!(titles("type: openTicket\ntarget: webhook\nname: Open a ticket\n"), ["preset openTicket"]);
    }

    #[test]
    fn what_is_neither_is_refused_with_its_place() {
        for (text, message) in [
            ("{", "no JSON"),
            ("a: [", "no YAML"),
            (r#"{"stages": []}"#, "no `name`"),
            (r#"[{"name": "a"}, {"name": "b", "stages": []}]"#, "test, document 2"),
        ] {
            let error = parse("test", text).unwrap_err();
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.message.contains(message), "{} should say {message}", error.message);
        }
    }

    #[test]
    fn a_folder_is_read_with_everything_below_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/b.yaml"), "name: b\napplication: a\n").unwrap();
        fs::write(folder.path().join("a.json"), r#"{"name": "a"}"#).unwrap();
        fs::write(folder.path().join("README.md"), "no document").unwrap();
        let found = read(folder.path().to_str().unwrap()).unwrap();
        assert_eq!(found.iter().map(Document::title).collect::<Vec<_>>(), ["a", "a/b"]);
    }
}
