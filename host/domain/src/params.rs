//! Users' JSON, immutable and cheap to share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Value;

/// An immutable JSON document. Clones share it; its text is made once.
#[derive(Clone)]
pub struct Params(Arc<Inner>);

struct Inner {
    value: Value,
    text: OnceLock<Box<str>>,
}

impl Params {
    /// Takes over a parsed document.
    #[must_use]
    pub fn new(value: Value) -> Params {
        Params(Arc::new(Inner { value, text: OnceLock::new() }))
    }

    /// Parses a document; depth is bounded by the parser (128 levels).
    ///
    /// # Errors
    /// The parser's own, with line and column.
    pub fn parse(text: &str) -> Result<Params, serde_json::Error> {
        let value = serde_json::from_str(text)?;
        Ok(Params::new(value))
    }

    /// JSON `null`.
    #[must_use]
    pub fn null() -> Params {
        Params::new(Value::Null)
    }

    /// JSON `{}`.
    #[must_use]
    pub fn object() -> Params {
        Params::new(Value::Object(serde_json::Map::new()))
    }

    /// An object of these members, in order.
    #[must_use]
    pub fn from_members<'k>(members: impl IntoIterator<Item = (&'k str, Value)>) -> Params {
        Params::new(Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
    }

    /// The parsed document.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The document as compact JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.text.get_or_init(|| self.0.value.to_string().into_boxed_str())
    }

    /// The member `key` of an object; absent for anything else.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.value.get(key)
    }

    /// The member names of an object, in order; empty for anything else.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.0.value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }

    /// True for `null`, `{}` and `[]`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.0.value {
            Value::Null => true,
            Value::Object(map) => map.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        }
    }

    /// A copy with the members of `other` laid over it, shallowly; anything but two objects yields `other`.
    #[must_use]
    pub fn merged(&self, other: &Params) -> Params {
        match (&self.0.value, &other.0.value) {
            (Value::Object(base), Value::Object(over)) => {
                let mut map = base.clone();
                for (key, value) in over {
                    map.insert(key.clone(), value.clone());
                }
                Params::new(Value::Object(map))
            }
            _ => other.clone(),
        }
    }
}

impl Default for Params {
    fn default() -> Self {
        Params::null()
    }
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl From<Value> for Params {
    fn from(value: Value) -> Self {
        Params::new(value)
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Params::new)
    }
}
