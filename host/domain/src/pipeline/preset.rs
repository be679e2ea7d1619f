//! Presets: stage types of an operator's own, made of another stage type, fixed configuration and parameters (reference
//! pipelines-and-stages.md §3.8, §3.9).
//!
//! A document is expanded before it is validated and before it is admitted, so an execution runs on the presets of its start. The entry
//! keeps its `type`; its `alias` names the stage type that does the work (trap 8).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::field::{escaped, kind_of};
use crate::code::code;
use crate::params::Params;
use crate::plugin::manifest::Localized;
use crate::principal::{Principal, Standing};
use crate::problem::Problem;

/// Members of a preset that are not configuration of the stage type.
const OWN: [&str; 11] = [
    "kind",
    "type",
    "target",
    "label",
    "description",
    "enabled",
    "parameters",
    "permissions",
    "config",
    "name",
    "uiType",
];

/// Longest list that a mapping may write into: a mapping is no way to fill the memory.
const LONGEST_LIST: usize = 1_000;

/// One preset.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// The type key that pipelines use.
    pub kind: String,
    /// The stage type that does the work.
    pub target: String,
    /// Name for people.
    pub label: Localized,
    /// A paragraph for people.
    pub help: Localized,
    /// Whether it is on offer.
    pub enabled: bool,
    /// Configuration that pipelines cannot change.
    pub config: Map<String, Value>,
    /// What pipelines give values for.
    pub parameters: Vec<Parameter>,
    /// Roles of which whoever starts it must hold one; empty: everybody may.
    pub write: Vec<String>,
    /// As written.
    pub document: Params,
}

/// What a pipeline gives a value for.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in `parameterValues`.
    pub name: String,
    /// The value without which the pipeline gives none; null: none.
    pub default: Value,
    /// Where in the configuration the value is written: `manifest.spec.containers[0].image`.
    pub mapping: Option<String>,
    /// As written.
    pub document: Value,
}

impl Preset {
    /// Reads a preset. Members that are not its own are configuration, beside those under `config`.
    ///
    /// # Errors
    /// `preset.invalid`, everything at once.
    pub fn read(document: &Params) -> Result<Preset, Vec<Problem>> {
        let mut problems = Vec::new();
        let empty = Map::new();
        let members = document.value().as_object().unwrap_or_else(|| {
            problems.push(wrong("", "a preset must be a JSON object"));
            &empty
        });
        let mut text = |key: &str| match members.get(key).and_then(Value::as_str).map(str::trim) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                problems.push(wrong(&format!("/{key}"), "must be a text that is not empty"));
                String::new()
            }
        };
        let (kind, target) = (text("type"), text("target"));
        if !kind.is_empty() && kind == target {
            problems.push(wrong("/target", "a preset cannot be made of itself"));
        }
        let loose = members.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        let mut config: Map<String, Value> = loose.map(|(key, value)| (key.clone(), value.clone())).collect();
        match members.get("config") {
            None | Some(Value::Null) => {}
            Some(Value::Object(fixed)) => config.extend(fixed.clone()),
            Some(other) => problems.push(wrong("/config", &format!("must be an object, but is {}", kind_of(other)))),
        }
        let parameters = read_parameters(members.get("parameters"), &mut problems);
        let write = document.value().pointer("/permissions/WRITE").and_then(Value::as_array);
        let preset = Preset {
            label: localized(members.get("label").or_else(|| members.get("name"))).unwrap_or_else(|| named(&kind)),
            help: localized(members.get("description")).unwrap_or_default(),
            enabled: members.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            write: write.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            document: document.clone(),
            kind,
            target,
            config,
            parameters,
        };
        if problems.is_empty() { Ok(preset) } else { Err(problems) }
    }

    /// Whether `principal` may start a pipeline that uses it.
    #[must_use]
    pub fn allows(&self, principal: &Principal) -> bool {
        principal.standing == Standing::Admin || principal.holds_any(&self.write)
    }

    /// JSON Schema of what a pipeline may say.
    #[must_use]
    pub fn schema(&self) -> Params {
        let property = |parameter: &Parameter| {
            let text = |key: &str| parameter.document.get(key).and_then(Value::as_str).unwrap_or_default();
            let mut property = json!({ "type": ["string", "number", "boolean"], "description": text("description") });
            if let Some(label) = localized(parameter.document.get("label")) {
                property["x-ui"] = json!({ "label": { "en": label.en, "zh": label.zh } });
            }
            if !parameter.default.is_null() {
                property["default"] = parameter.default.clone();
            }
            (parameter.name.clone(), property)
        };
        let properties: Map<String, Value> = self.parameters.iter().map(property).collect();
        Params::new(json!({
            "type": "object", "properties": { "parameterValues": { "type": "object", "properties": properties } },
        }))
    }

    /// The stage's entry with what the preset fixes, and with its parameters' values.
    fn laid_over(&self, entry: &Map<String, Value>) -> Value {
        let mut stage = entry.clone();
        let fixed = self.config.iter().filter(|(_, value)| !value.is_null());
        stage.extend(fixed.map(|(key, value)| (key.clone(), value.clone())));
        stage.insert("alias".to_owned(), self.target.as_str().into());
        let given = |list: &str, name: &str| {
            entry.get(list).and_then(|values| values.get(name)).filter(|value| !value.is_null()).cloned()
        };
        let mut values = entry.get("parameterValues").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut stage = Value::Object(stage);
        for parameter in &self.parameters {
            let name = &parameter.name;
            let value = given("parameterValues", name).or_else(|| given("parameters", name));
            let value = value.unwrap_or_else(|| parameter.default.clone());
            if value.is_null() {
                continue;
            }
            if let Some(mapping) = &parameter.mapping {
                write(&mut stage, mapping, value.clone());
            }
            values.insert(name.clone(), value);
        }
        if !self.parameters.is_empty() {
            let documents: Vec<Value> = self.parameters.iter().map(|parameter| parameter.document.clone()).collect();
            stage["parameterValues"] = values.into();
            stage["parameterData"] = documents.into();
        }
        stage
    }
}

/// All presets of an installation, by type key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presets {
    by_kind: BTreeMap<String, Preset>,
    /// Grows with every change.
    pub revision: i64,
}

impl Presets {
    /// These presets.
    #[must_use]
    pub fn new(revision: i64, presets: impl IntoIterator<Item = Preset>) -> Presets {
        let by_kind = presets.into_iter().map(|preset| (preset.kind.clone(), preset)).collect();
        Presets { by_kind, revision }
    }

    /// All of them, by type key.
    pub fn all(&self) -> impl Iterator<Item = &Preset> {
        self.by_kind.values()
    }

    /// The preset with this type key.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Preset> {
        self.by_kind.get(kind)
    }

    /// The presets that the stages of a document use, with the index of each stage.
    pub fn used<'p>(&'p self, document: &'p Params) -> impl Iterator<Item = (usize, &'p Preset)> {
        let stages = document.get("stages").and_then(Value::as_array).filter(|_| !self.by_kind.is_empty());
        let preset = |(index, stage): (usize, &Value)| {
            let preset = self.by_kind.get(stage.get("type")?.as_str()?.trim())?;
            preset.enabled.then_some((index, preset))
        };
        stages.into_iter().flatten().enumerate().filter_map(preset)
    }

    /// The document with its presets laid over the stages that use them; absent when none does. Expanding twice changes nothing more.
    #[must_use]
    pub fn expand(&self, document: &Params) -> Option<Params> {
        let used: Vec<(usize, &Preset)> = self.used(document).collect();
        if used.is_empty() {
            return None;
        }
        let mut stages = document.get("stages").and_then(Value::as_array).cloned()?;
        for (index, preset) in used {
            let expanded = preset.laid_over(stages.get(index)?.as_object()?);
            *stages.get_mut(index)? = expanded;
        }
        Some(document.merged(&Params::from_members([("stages", stages.into())])))
    }
}

fn wrong(pointer: &str, message: &str) -> Problem {
    Problem::at(
        pointer,
        code("preset.invalid"),
        format!("{}: {message}.", if pointer.is_empty() { "The preset" } else { pointer }),
    )
}

fn named(kind: &str) -> Localized {
    Localized { en: kind.to_owned(), zh: kind.to_owned() }
}

/// A text for both languages, or one for each.
fn localized(value: Option<&Value>) -> Option<Localized> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(named(text)),
        Value::Object(texts) => {
            let text = |key: &str| texts.get(key).and_then(Value::as_str).map(str::to_owned);
            let (en, zh) = (text("en"), text("zh"));
            let en = en.clone().or_else(|| zh.clone())?;
            Some(Localized { zh: zh.unwrap_or_else(|| en.clone()), en })
        }
        _ => None,
    }
}

fn read_parameters(value: Option<&Value>, problems: &mut Vec<Problem>) -> Vec<Parameter> {
    let entries = match value {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(other) => {
            problems.push(wrong("/parameters", &format!("must be a list, but is {}", kind_of(other))));
            return Vec::new();
        }
    };
    let mut parameters = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let Some(name) = text("name") else {
            problems.push(wrong(&format!("/parameters/{index}/name"), "must be a text that is not empty"));
            continue;
        };
        if text("mapping").is_some_and(|mapping| steps(mapping).is_none()) {
            let message = "must be names with dots and positions in brackets, such as spec.containers[0].image";
            problems.push(wrong(&format!("/parameters/{index}/mapping"), message));
        }
        parameters.push(Parameter {
            name: name.to_owned(),
            default: entry.get("defaultValue").cloned().unwrap_or_default(),
            mapping: text("mapping").map(str::to_owned),
            document: entry.clone(),
        });
    }
    parameters.sort_by_key(|parameter| parameter.document.get("order").and_then(Value::as_i64).unwrap_or_default());
    parameters
}

/// One step into a configuration.
enum Step<'m> {
    Member(&'m str),
    Position(usize),
}

/// The steps of a dotted path; absent when it is none.
fn steps(mapping: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in mapping.split('.') {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if name.is_empty() {
            return None;
        }
        steps.push(Step::Member(name));
        while !rest.is_empty() {
            let (position, after) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(Step::Position(position.parse().ok().filter(|position| *position < LONGEST_LIST)?));
            rest = after;
        }
    }
    Some(steps)
}

/// Writes a value where a mapping says, and makes what is missing on the way.
fn write(stage: &mut Value, mapping: &str, value: Value) {
    let mut place = stage;
    for step in steps(mapping).unwrap_or_default() {
        place = match step {
            Step::Member(name) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                &mut place[name]
            }
            Step::Position(position) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(items) = place else { return };
                while items.len() <= position {
                    items.push(Value::Null);
                }
                &mut items[position]
            }
        };
    }
    *place = value;
}

/// JSON pointer to a member of the stage at `index`.
#[must_use]
pub fn stage_pointer(index: usize, member: &str) -> String {
    format!("/stages/{index}/{}", escaped(member))
}

#[cfg(test)]
mod tests;
