//! A stage's context: two objects that read as one, neither copied.
use serde_json::Value;

use super::{EMPTY, Object};

/// What a stage is configured with, and what it wrote laid over that.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    under: &'a Object,
    over: &'a Object,
}

impl<'a> Context<'a> {
    /// One object as a context.
    #[must_use]
    pub fn new(object: &'a Object) -> Context<'a> {
        Context { under: object, over: &EMPTY }
    }

    /// The same with `over` laid over it, key by key; what was laid over it before is gone.
    #[must_use]
    pub fn with(self, over: &'a Object) -> Context<'a> {
        Context { over, ..self }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.over.get(key).or_else(|| self.under.get(key))
    }

    /// Whether it has the key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Its entries: configured keys in their order, then those that were only written.
    pub fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let Context { under, over } = *self;
        let configured = under.iter().map(|(key, value)| (key, over.get(key).unwrap_or(value)));
        configured.chain(over.iter().filter(|(key, _)| !under.contains_key(*key)))
    }

    /// Its keys, in the same order.
    pub fn keys(&self) -> impl Iterator<Item = &'a String> + use<'a> {
        self.iter().map(|(key, _)| key)
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.over.is_empty() { self.under.len() } else { self.iter().count() }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.under.is_empty() && self.over.is_empty()
    }

    /// A copy as one object.
    #[must_use]
    pub fn to_object(&self) -> Object {
        self.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}
