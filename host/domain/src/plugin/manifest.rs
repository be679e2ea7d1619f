//! What plugins say of themselves. Shape: `wit/manifest.schema.json`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::grant::{Grants, Limits};
use crate::id::PluginName;
use crate::operation::Repeat;
use crate::params::Params;

/// What a plugin says of itself (`describe`), read once at install. Shape: `wit/manifest.schema.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of the manifest's shape; 1.
    pub manifest: u32,
    /// The plugin's unique name.
    pub id: PluginName,
    /// The plugin's own version, for people.
    pub version: String,
    /// Which of the three worlds it implements.
    pub kind: PluginKind,
    /// Name for people.
    #[serde(default)]
    pub label: Localized,
    /// A paragraph for people.
    #[serde(default)]
    pub help: Localized,
    /// Stage types, of a stage plugin.
    #[serde(default)]
    pub stages: Vec<StageOffer>,
    /// Name by which accounts and requests mean it, of a provider.
    #[serde(default)]
    pub provider: Option<String>,
    /// What it can do, of a provider.
    #[serde(default)]
    pub operations: Vec<OperationOffer>,
    /// What it can be asked, of a provider.
    #[serde(default)]
    pub queries: Vec<QueryOffer>,
    /// Artifact types it resolves and fetches.
    #[serde(default)]
    pub artifacts: Vec<String>,
    /// Notification types it delivers.
    #[serde(default)]
    pub notifications: Vec<String>,
    /// What an account of it looks like.
    #[serde(default)]
    pub account: Option<Params>,
    /// Trigger types, of a trigger plugin.
    #[serde(default)]
    pub triggers: Vec<TriggerOffer>,
    /// Capabilities it wants.
    #[serde(default)]
    pub grants: Grants,
    /// Limits it wants, within the host's maxima.
    #[serde(default)]
    pub limits: Limits,
}

impl Manifest {
    /// What an account of this provider looks like, and what it can lend; absent when it has none.
    #[must_use]
    pub fn account_offer(&self) -> Option<AccountOffer> {
        let offer = self.account.as_ref().filter(|offer| !offer.value().is_null())?;
        let identities = offer.get("identities").and_then(Value::as_array).into_iter().flatten();
        Some(AccountOffer {
            schema: offer.get("schema").cloned().unwrap_or_default().into(),
            identities: identities.filter_map(|kind| kind.as_str().map(str::to_owned)).collect(),
        })
    }
}

/// What an account of a provider looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountOffer {
    /// JSON Schema of its configuration; `x-secret` marks what is sealed.
    pub schema: Params,
    /// Kinds of credentials that it can lend: `basic`, `bearer`, `header`, `mtls`.
    pub identities: Vec<String>,
}

/// The three kinds of plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluginKind {
    /// Decides.
    Stage,
    /// Acts.
    Provider,
    /// Listens.
    Trigger,
}

/// A text in the console's languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized {
    /// English.
    #[serde(default)]
    pub en: String,
    /// Chinese.
    #[serde(default)]
    pub zh: String,
}

/// A stage type on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageOffer {
    /// Type key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Other keys it answers to.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The only `cloudProvider` it is for; absent: any.
    #[serde(default)]
    pub provider: Option<String>,
    /// Name for people.
    #[serde(default)]
    pub label: Localized,
    /// A paragraph for people.
    #[serde(default)]
    pub help: Localized,
    /// JSON Schema 2020-12 of its configuration.
    pub schema: Params,
    /// Context keys it is given, by the nearest-ancestor rule.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Milliseconds it may run when the document says nothing.
    #[serde(default)]
    pub timeout: Option<i64>,
    /// A person may skip it while it runs.
    #[serde(default)]
    pub skippable: bool,
    /// What a restart drops or reads afresh.
    #[serde(default)]
    pub restart: RestartRule,
}

/// What a restart of a stage does to its own keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartRule {
    /// Context keys that are dropped.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Configuration keys read again from the stored pipeline.
    #[serde(default)]
    pub reread: Vec<String>,
}

/// An operation on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOffer {
    /// Its kind.
    pub kind: String,
    /// JSON Schema of its input.
    pub schema: Params,
    /// Whether a second try is harmless.
    pub repeat: Repeat,
    /// Traffic guard it is subject to.
    #[serde(default)]
    pub guard: Option<GuardMark>,
    /// Whether it can be tried without effect.
    #[serde(default)]
    pub dry_run: bool,
    /// Milliseconds after which it has failed, tries and waits included.
    #[serde(default)]
    pub timeout: Option<i64>,
}

/// What an operation does to running server groups, and where its input names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardMark {
    /// `disable`, `destroy` or `resize`.
    pub action: String,
    /// JSON pointer to the target in the input.
    pub target: String,
}

/// A query on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryOffer {
    /// Its kind.
    pub kind: String,
    /// JSON Schema of its input.
    pub schema: Params,
}

/// A trigger type on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerOffer {
    /// Type key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name for people.
    #[serde(default)]
    pub label: Localized,
    /// A paragraph for people.
    #[serde(default)]
    pub help: Localized,
    /// JSON Schema of a configured trigger.
    pub schema: Params,
    /// Keys of a configured trigger that are its source.
    #[serde(default)]
    pub source: Vec<String>,
    /// It hears requests at `/webhooks/{type}/{source}`.
    #[serde(default)]
    pub hooks: bool,
    /// It is polled.
    #[serde(default)]
    pub polls: bool,
    /// It names dates.
    #[serde(default)]
    pub dates: bool,
    /// Host events it listens to.
    #[serde(default)]
    pub listens: Vec<String>,
}

/// JSON pointers of the properties that a stage's schema marks `x-deferred`: the stage asks for their evaluation itself. `*` stands
/// for any position of a list.
#[must_use]
pub fn deferred(schema: &Params) -> Vec<String> {
    let mut pointers = Vec::new();
    collect_deferred(schema.value(), schema.value(), "", 0, &mut pointers);
    pointers
}

/// Depth to which schemas are looked through; references can go in a circle.
const DEEPEST_SCHEMA: usize = 12;

fn collect_deferred(root: &Value, schema: &Value, at: &str, depth: usize, pointers: &mut Vec<String>) {
    if depth > DEEPEST_SCHEMA {
        return;
    }
    if schema.get("x-deferred").and_then(Value::as_bool) == Some(true) {
        pointers.push(at.to_owned());
        return;
    }
    if let Some(target) =
        schema.get("$ref").and_then(Value::as_str).and_then(|text| root.pointer(text.trim_start_matches('#')))
    {
        collect_deferred(root, target, at, depth + 1, pointers);
    }
    for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let at = format!("{at}/{}", crate::pipeline::field::escaped(key));
        collect_deferred(root, property, &at, depth + 1, pointers);
    }
    if let Some(items) = schema.get("items") {
        collect_deferred(root, items, &format!("{at}/*"), depth + 1, pointers);
    }
}
