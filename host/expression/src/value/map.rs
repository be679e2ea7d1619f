//! Maps: borrowed JSON objects, maps made by an expression, and the views of an execution.
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::{Equivalent, IndexMap};
use serde_json::Value;

use super::Val;
use crate::beans;
use crate::execution::Execution;
use crate::root::Root;

/// A map.
#[derive(Debug, Clone)]
pub(crate) enum Map<'a> {
    /// As it stands in a context.
    Json(&'a serde_json::Map<String, Value>),
    /// Made by an expression; `constant` ones refuse mutators.
    Owned { entries: Rc<OwnedMap<'a>>, constant: bool },
    /// The object that unqualified names are looked up on.
    Root(&'a Root<'a>),
    /// The trigger as the root has it: what is missing has a default (§2.5).
    Trigger(&'a serde_json::Map<String, Value>),
    /// The context of a stage: its own keys, then the outputs of itself and its ancestors (§2.2).
    Context(&'a Execution<'a>, usize),
}

pub(crate) type OwnedMap<'a> = IndexMap<Key<'a>, Val<'a>>;

/// A key: any value, equal as Java's `equals` has it.
#[derive(Debug, Clone)]
pub(crate) struct Key<'a>(pub Val<'a>);

impl<'a> Key<'a> {
    pub fn text(text: &'a str) -> Self {
        Key(Val::borrowed(text))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.java_equals(&other.0)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0.as_str() {
            Some(text) => text.hash(state),
            None => match &self.0 {
                Val::Int(value) => value.hash(state),
                Val::Long(value) => value.hash(state),
                Val::Bool(value) => value.hash(state),
                _ => 0u8.hash(state),
            },
        }
    }
}

/// A string key to look up without making a value of it.
#[derive(Hash)]
struct Name<'n>(&'n str);

impl Equivalent<Key<'_>> for Name<'_> {
    fn equivalent(&self, key: &Key<'_>) -> bool {
        key.0.as_str() == Some(self.0)
    }
}

impl<'a> Map<'a> {
    pub fn owned(entries: OwnedMap<'a>) -> Self {
        Map::Owned { entries: Rc::new(entries), constant: false }
    }

    /// The value of a string key.
    pub fn get(&self, name: &str) -> Option<Val<'a>> {
        match self {
            Map::Json(map) => map.get(name).map(Val::from_json),
            Map::Owned { entries, .. } => entries.get(&Name(name)).cloned(),
            Map::Root(root) => root.get(name),
            Map::Trigger(map) => map.get(name).map(Val::from_json).or_else(|| beans::trigger_default(name)),
            Map::Context(execution, stage) => execution.context_value(*stage, name),
        }
    }

    /// The value of any key.
    pub fn get_key(&self, key: &Val<'a>) -> Option<Val<'a>> {
        match (self, key.as_str()) {
            (_, Some(name)) => self.get(name),
            (Map::Owned { entries, .. }, None) => entries.get(&Key(key.clone())).cloned(),
            _ => None,
        }
    }

    /// Whether the map itself has the key; inherited outputs do not count.
    pub fn contains(&self, key: &Val<'a>) -> bool {
        match (self, key.as_str()) {
            (Map::Json(map), Some(name)) => map.contains_key(name),
            (Map::Owned { entries, .. }, _) => entries.contains_key(&Key(key.clone())),
            (Map::Root(root), Some(name)) => root.contains(name),
            (Map::Trigger(map), Some(name)) => map.contains_key(name) || beans::trigger_default(name).is_some(),
            (Map::Context(execution, stage), Some(name)) => {
                execution.stages.get(*stage).is_some_and(|stage| stage.context.contains_key(name))
            }
            _ => false,
        }
    }

    /// Own entries, in order.
    pub fn entries(&self) -> Vec<(Val<'a>, Val<'a>)> {
        match self {
            Map::Json(map) => json_entries(map),
            Map::Owned { entries, .. } => entries.iter().map(|(key, value)| (key.0.clone(), value.clone())).collect(),
            Map::Root(root) => root.entries(),
            Map::Trigger(map) => {
                let mut entries = json_entries(map);
                let missing = beans::TRIGGER_DEFAULTS.iter().filter(|(name, _)| !map.contains_key(*name));
                entries.extend(missing.map(|(name, value)| (Val::borrowed(name), value())));
                entries
            }
            Map::Context(execution, stage) => {
                let own = execution.stages.get(*stage).into_iter().flat_map(|stage| stage.context.iter());
                own.map(|(key, value)| (Val::borrowed(key), Val::from_json(value))).collect()
            }
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Map::Json(map) => map.len(),
            Map::Owned { entries, .. } => entries.len(),
            Map::Root(_) | Map::Trigger(_) => self.entries().len(),
            Map::Context(execution, stage) => execution.stages.get(*stage).map_or(0, |stage| stage.context.len()),
        }
    }

    /// String keys, for "did you mean".
    pub fn names(&self) -> Vec<String> {
        match self {
            Map::Json(map) => map.keys().take(2_000).cloned().collect(),
            Map::Root(root) => root.names(),
            Map::Trigger(map) => map.keys().take(2_000).cloned().collect(),
            Map::Context(execution, stage) => execution.visible_names(*stage),
            Map::Owned { entries, .. } => {
                entries.keys().filter_map(|key| key.0.as_str()).take(2_000).map(str::to_owned).collect()
            }
        }
    }

    /// Whether mutators are refused.
    pub fn is_constant(&self) -> bool {
        matches!(self, Map::Owned { constant: true, .. })
    }
}

fn json_entries(map: &serde_json::Map<String, Value>) -> Vec<(Val<'_>, Val<'_>)> {
    map.iter().map(|(key, value)| (Val::borrowed(key), Val::from_json(value))).collect()
}
