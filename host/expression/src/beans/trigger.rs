//! The trigger: a bean under `execution`, a map with defaults on the root.
use serde_json::Value;

use super::{Field, Shape, data_property, field_value};
use crate::execution::{EMPTY, Object};
use crate::value::{Key, Map, OwnedMap, Val};

/// Makes a default.
type Default = fn() -> Val<'static>;

/// What the root's `trigger` map answers for keys that the trigger does not have.
pub(crate) static TRIGGER_DEFAULTS: [(&str, Default); 8] = [
    ("user", || Val::borrowed("[anonymous]")),
    ("parameters", || Val::Map(Map::Json(&EMPTY))),
    ("artifacts", || Val::list(Vec::new())),
    ("notifications", || Val::list(Vec::new())),
    ("rebake", || Val::Bool(false)),
    ("dryRun", || Val::Bool(false)),
    ("strategy", || Val::Bool(false)),
    ("resolvedExpectedArtifacts", || Val::list(Vec::new())),
];

pub(crate) fn trigger_default(name: &str) -> Option<Val<'static>> {
    TRIGGER_DEFAULTS.iter().find(|(known, _)| *known == name).map(|(_, value)| value())
}

/// Fields that a trigger of one type has besides the common ones, in the order in which Orca tries the types.
struct Variant {
    fits: fn(&Object) -> bool,
    fields: &'static [(&'static str, Field)],
}

fn has(trigger: &Object, names: &[&str]) -> bool {
    names.iter().all(|name| trigger.get(*name).is_some_and(|value| !value.is_null()))
}

const VARIANTS: &[Variant] = &[
    Variant {
        fits: |trigger| has(trigger, &["account", "repository"]) && trigger.contains_key("tag"),
        fields: &[("account", Field::Value), ("repository", Field::Value), ("tag", Field::Value)],
    },
    Variant {
        fits: |trigger| trigger.get("type").and_then(Value::as_str) == Some("concourse"),
        fields: &[("buildInfo", Field::Of(Shape::BuildInfo)), ("properties", Field::Object)],
    },
    Variant {
        fits: |trigger| has(trigger, &["master", "job", "buildNumber"]),
        fields: &[
            ("master", Field::Value),
            ("job", Field::Value),
            ("buildNumber", Field::Value),
            ("propertyFile", Field::Value),
            ("buildInfo", Field::Of(Shape::BuildInfo)),
            ("properties", Field::Object),
        ],
    },
    Variant {
        fits: |trigger| has(trigger, &["parentExecution"]),
        fields: &[
            ("parentExecution", Field::Of(Shape::Execution)),
            ("parentPipelineStageId", Field::Value),
            ("parentStage", Field::Of(Shape::Stage)),
        ],
    },
    Variant {
        fits: |trigger| has(trigger, &["artifactorySearchName"]),
        fields: &[("artifactorySearchName", Field::Value)],
    },
    Variant { fits: |trigger| has(trigger, &["nexusSearchName"]), fields: &[("nexusSearchName", Field::Value)] },
    Variant {
        fits: |trigger| has(trigger, &["source", "project", "branch", "slug"]),
        fields: &[
            ("hash", Field::Value),
            ("source", Field::Value),
            ("project", Field::Value),
            ("branch", Field::Value),
            ("slug", Field::Value),
            ("action", Field::Value),
        ],
    },
    Variant {
        fits: |trigger| has(trigger, &["pluginId"]),
        fields: &[
            ("pluginId", Field::Value),
            ("description", Field::Value),
            ("provider", Field::Value),
            ("version", Field::Value),
            ("releaseDate", Field::Value),
            ("requires", Field::Value),
            ("binaryUrl", Field::Value),
            ("preferred", Field::Flag),
        ],
    },
];

/// A property of the trigger bean: common ones, those of its type, and `other` for the rest as a map.
pub(super) fn property<'a>(trigger: &'a Object, name: &str) -> Option<Val<'a>> {
    match name {
        "other" => return Some(other(trigger)),
        "user" if !has(trigger, &["user"]) => return trigger_default("user"),
        _ => {}
    }
    let variant = VARIANTS.iter().find(|variant| (variant.fits)(trigger));
    let own = variant.and_then(|variant| variant.fields.iter().find(|(known, _)| *known == name));
    match own {
        Some(("parentStage", _)) => Some(parent_stage(trigger)),
        Some((_, field)) => Some(field_value(*field, trigger.get(name))),
        None => data_property(Shape::Trigger, trigger, name),
    }
}

fn other(trigger: &Object) -> Val<'_> {
    let variant = VARIANTS.iter().find(|variant| (variant.fits)(trigger));
    let typed = |name: &str| {
        let own = variant.is_some_and(|variant| variant.fields.iter().any(|(known, _)| *known == name));
        own || Shape::Trigger.fields().iter().any(|(known, _)| *known == name)
    };
    let rest: OwnedMap<'_> = trigger
        .iter()
        .filter(|(name, _)| !typed(name))
        .map(|(name, value)| (Key::text(name), Val::from_json(value)))
        .collect();
    Val::Map(Map::owned(rest))
}

fn parent_stage(trigger: &Object) -> Val<'_> {
    let id = trigger.get("parentPipelineStageId").and_then(Value::as_str);
    let stages = trigger.get("parentExecution").and_then(|parent| parent.get("stages")).and_then(Value::as_array);
    let found = stages
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .find(|stage| id.is_some() && stage.get("id").and_then(Value::as_str) == id);
    found.map_or(Val::Null, |stage| Val::Bean(super::Bean::Data(Shape::Stage, stage)))
}
