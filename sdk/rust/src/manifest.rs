//! What every manifest holds, whatever the kind of plugin. The shape is that of `docs/reference/manifest.md`, version 1.

use serde_json::{Map, Value, json};

/// A text in English and Chinese.
#[derive(Debug, Clone, Copy, Default)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

impl Text {
    /// Both languages.
    #[must_use]
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    pub(crate) fn json(self) -> Value {
        json!({ "en": self.en, "zh": self.zh })
    }
}

/// Identity, texts, wanted grants and limits of a plugin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    pub(crate) id: &'static str,
    pub(crate) version: &'static str,
    pub(crate) label: Text,
    pub(crate) help: Text,
    pub(crate) grants: Map<String, Value>,
    pub(crate) limits: Map<String, Value>,
}

impl Header {
    pub(crate) fn new(id: &'static str, version: &'static str) -> Self {
        Self { id, version, label: Text::new(id, id), ..Self::default() }
    }

    /// The manifest of this kind: the header, and what is the kind's own.
    pub(crate) fn manifest(&self, kind: &str, own: Value) -> Value {
        let mut manifest = json!({
            "manifest": 1, "id": self.id, "version": self.version, "kind": kind, "label": self.label.json(), "help": self.help.json(),
        });
        if let (Some(members), Value::Object(own)) = (manifest.as_object_mut(), own) {
            members.extend(own);
            if !self.grants.is_empty() {
                members.insert("grants".to_owned(), Value::Object(self.grants.clone()));
            }
            if !self.limits.is_empty() {
                members.insert("limits".to_owned(), Value::Object(self.limits.clone()));
            }
        }
        manifest
    }
}

/// What a plugin wants to be allowed; absent is nothing.
macro_rules! header_methods {
    () => {
        /// Name people see, in English and Chinese.
        #[must_use]
        pub fn label(mut self, en: &'static str, zh: &'static str) -> Self {
            self.header.label = $crate::manifest::Text::new(en, zh);
            self
        }

        /// A sentence on what it is for, in English and Chinese.
        #[must_use]
        pub fn help(mut self, en: &'static str, zh: &'static str) -> Self {
            self.header.help = $crate::manifest::Text::new(en, zh);
            self
        }

        /// Limits it wants, as in the manifest: `memory` and `stack` in bytes, `cpu` and `wall` in milliseconds.
        #[must_use]
        pub fn limit(mut self, name: &'static str, value: u32) -> Self {
            self.header.limits.insert(name.to_owned(), value.into());
            self
        }
    };
}

/// Grants, for the kinds that act.
macro_rules! grant_methods {
    () => {
        /// Wants HTTP to these hosts; `*` is any public one.
        #[must_use]
        pub fn wants_http(mut self, hosts: &[&str]) -> Self {
            self.header.grants.insert("http".to_owned(), serde_json::json!({ "hosts": hosts }));
            self
        }

        /// Wants another capability, by its name in the manifest.
        #[must_use]
        pub fn wants(mut self, capability: &str, what: serde_json::Value) -> Self {
            self.header.grants.insert(capability.to_owned(), what);
            self
        }
    };
}

pub(crate) use {grant_methods, header_methods};
