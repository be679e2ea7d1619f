//! An account's configuration with its secrets in clear. It stays in this crate's callers' hands, is not printed, and is wiped.

use std::collections::BTreeMap;

use domain::Params;
use domain::params::Value;
use zeroize::Zeroizing;

/// A configuration and the values of its secrets, each by JSON pointer. Neither `Debug` nor `Serialize`.
pub struct Revealed {
    config: Params,
    secrets: BTreeMap<String, Zeroizing<String>>,
}

impl Revealed {
    pub(super) fn new(config: Params) -> Revealed {
        Revealed { config, secrets: BTreeMap::new() }
    }

    pub(super) fn put(&mut self, pointer: String, value: Zeroizing<String>) {
        self.secrets.insert(pointer, value);
    }

    /// The text at a JSON pointer, whether it is a secret or not; absent for anything else, and for an empty text.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        let plain = || self.config.value().pointer(pointer).and_then(Value::as_str);
        let found = self.secrets.get(pointer).map(|secret| secret.as_str()).or_else(plain);
        found.filter(|text| !text.is_empty())
    }

    /// The texts of the list at a JSON pointer.
    #[must_use]
    pub fn list(&self, pointer: &str) -> Vec<&str> {
        let length = self.config.value().pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).filter_map(|index| self.text(&format!("{pointer}/{index}"))).collect()
    }

    /// The texts of the object at a JSON pointer, with their names.
    #[must_use]
    pub fn members(&self, pointer: &str) -> Vec<(&str, &str)> {
        let members = self.config.value().pointer(pointer).and_then(Value::as_object);
        let named = members.into_iter().flatten().filter_map(|(name, _)| {
            let escaped = domain::pipeline::field::escaped(name);
            Some((name.as_str(), self.text(&format!("{pointer}/{escaped}"))?))
        });
        named.collect()
    }
}
