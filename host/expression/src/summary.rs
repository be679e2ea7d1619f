//! What happened to each expression of a pass: `expressionEvaluationSummary` (§1.5).
use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::error::Problem;
use crate::execution::Object;

/// How bad an entry is. Both count as failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// There was no value.
    Info,
    /// Evaluation failed.
    Error,
}

/// One expression that gave no value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// How bad.
    pub level: Level,
    /// A sentence for people, in Spinnaker's form.
    pub description: String,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// What is wrong, where, and what was probably meant.
    pub problem: Problem,
}

impl Entry {
    /// The class that Spinnaker reports; absent where a value was just not found.
    pub fn exception_type(&self) -> Option<&'static str> {
        (self.level == Level::Error).then_some(self.problem.exception_type)
    }

    fn same(&self, other: &Entry) -> bool {
        self.level == other.level
            && self.description == other.description
            && self.exception_type() == other.exception_type()
    }

    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        let level = match self.level {
            Level::Info => "INFO",
            Level::Error => "ERROR",
        };
        entry.insert("level".to_owned(), level.into());
        entry.insert("description".to_owned(), self.description.as_str().into());
        if let Some(exception) = self.exception_type() {
            entry.insert("exceptionType".to_owned(), exception.into());
        }
        entry.insert("timestamp".to_owned(), self.timestamp.into());
        entry.insert("code".to_owned(), self.problem.code.code().into());
        entry.insert("line".to_owned(), self.problem.line.into());
        entry.insert("column".to_owned(), self.problem.column.into());
        if let Some(name) = &self.problem.name {
            entry.insert("name".to_owned(), name.as_str().into());
            entry.insert("nearest".to_owned(), json!(self.problem.nearest));
        }
        Value::Object(entry)
    }
}

/// Entries as stored, their times left out.
fn untimed(entries: &Value) -> Vec<Vec<(&String, &Value)>> {
    let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_object);
    entries.map(|entry| entry.iter().filter(|(key, _)| *key != "timestamp").collect()).collect()
}

/// Results of a pass over a value.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    entries: IndexMap<String, Vec<Entry>>,
    attempted: HashSet<String>,
    /// Strings with an expression, keys included.
    pub total_evaluated: usize,
    /// Entries, of both levels.
    pub failure_count: usize,
}

impl Summary {
    /// Whether nothing failed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries by the text of their expression, in the order of evaluation.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &[Entry])> {
        self.entries.iter().map(|(key, entries)| (key.as_str(), entries.as_slice()))
    }

    /// Whether an entry of this level is there.
    pub fn has(&self, level: Level) -> bool {
        self.entries.values().flatten().any(|entry| entry.level == level)
    }

    /// Whether an expression of this text was evaluated.
    pub fn was_attempted(&self, key: &str) -> bool {
        self.attempted.contains(key)
    }

    /// Every description, for `exception.details.errors`.
    pub fn descriptions(&self) -> impl Iterator<Item = &str> {
        self.entries.values().flatten().map(|entry| entry.description.as_str())
    }

    /// The value of the key `expressionEvaluationSummary`.
    pub fn to_json(&self) -> Value {
        let entries = self
            .entries
            .iter()
            .map(|(key, entries)| (key.clone(), Value::Array(entries.iter().map(Entry::to_json).collect())));
        Value::Object(entries.collect())
    }

    /// A summary stored by an earlier pass, brought up to date: what was tried again and did not fail is gone, what failed as
    /// before keeps its time.
    pub fn refresh(&self, stored: &Object) -> Object {
        let mut fresh: Object = stored
            .iter()
            .filter(|(key, _)| !self.was_attempted(key) || self.entries.contains_key(*key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if let Value::Object(entries) = self.to_json() {
            let news = entries
                .into_iter()
                .filter(|(key, value)| !stored.get(key).is_some_and(|old| untimed(old) == untimed(value)));
            fresh.extend(news.collect::<Vec<_>>());
        }
        fresh
    }

    /// What happened in another pass, added.
    pub fn absorb(&mut self, other: Summary) {
        for (key, entries) in other.entries {
            for entry in entries {
                let known = self.entries.entry(key.clone()).or_default();
                if !known.iter().any(|known| known.same(&entry)) {
                    known.push(entry);
                }
            }
        }
        self.attempted.extend(other.attempted);
        self.total_evaluated += other.total_evaluated;
        self.failure_count += other.failure_count;
    }

    pub(crate) fn attempt(&mut self, key: String) {
        self.attempted.insert(key);
        self.total_evaluated += 1;
    }

    pub(crate) fn add(&mut self, key: String, entry: Entry) {
        self.failure_count += 1;
        let known = self.entries.entry(key).or_default();
        if !known.iter().any(|other| other.same(&entry)) {
            known.push(entry);
        }
    }
}
