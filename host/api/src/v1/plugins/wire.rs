//! Plugins on the wire.

use app::App;
use app::plugins::{Granted, Inspection};
use domain::Digest;
use domain::plugin::{Grants, Installed, Manifest, PluginKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::moment::Moment;
use crate::problem::Problem;

/// Most bytes of a component.
pub const COMPONENT_LIMIT: usize = 64 << 20;

/// An installed plugin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plugin {
    /// Its name.
    #[schema(example = "kubernetes")]
    pub name: String,
    /// Its own version, for people.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// `stage`, `provider` or `trigger`.
    #[schema(example = "stage")]
    pub kind: &'static str,
    /// Whether new executions find it.
    pub enabled: bool,
    /// `enabled`, `disabled`, or `quarantined` when the component in force is not called for now.
    #[schema(example = "enabled")]
    pub state: &'static str,
    /// Its components that are not called for now: they failed in several executions of several applications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<Quarantined>,
    /// SHA-256 of the component in force.
    pub digest: String,
    /// The component before it, that a rollback returns to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// When this component was installed.
    pub installed: Moment,
    /// What an operator granted.
    #[schema(value_type = Object, example = json!({"http": {"hosts": ["api.example.com"]}}))]
    pub granted: Grants,
    /// What it says of itself.
    #[schema(value_type = Object)]
    pub manifest: Manifest,
}

/// A component that is not called for now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quarantined {
    /// SHA-256 of the component.
    pub digest: String,
    /// Since when.
    pub since: Moment,
    /// Executions that it failed in.
    pub executions: Vec<String>,
    /// Applications that these belong to.
    pub applications: Vec<String>,
    /// Code of the last fault.
    #[schema(example = "plugin.trap")]
    pub code: String,
    /// What the last fault was.
    pub message: String,
}

impl Plugin {
    /// An installed plugin, with what `app` knows of its quarantine.
    pub fn of(app: &App, plugin: Installed) -> Plugin {
        let Installed { digest, manifest, granted, enabled, installed, previous } = plugin;
        let held = app.quarantine();
        let quarantined = held.held.contains_key(&digest);
        let own = held.held.iter().filter(|(_, held)| held.plugin == manifest.id);
        Plugin {
            state: match (enabled, quarantined) {
                (false, _) => "disabled",
                (true, true) => "quarantined",
                (true, false) => "enabled",
            },
            quarantine: own.map(|(digest, held)| Quarantined::of(digest, held)).collect(),
            name: manifest.id.to_string(),
            version: manifest.version.clone(),
            kind: kind(manifest.kind),
            enabled,
            digest: digest.to_string(),
            previous: previous.map(|digest| digest.to_string()),
            installed: installed.into(),
            granted,
            manifest,
        }
    }
}

impl Quarantined {
    fn of(digest: &Digest, held: &domain::plugin::Quarantined) -> Quarantined {
        Quarantined {
            digest: digest.to_string(),
            since: held.since.into(),
            executions: held.executions.iter().map(ToString::to_string).collect(),
            applications: held.applications.iter().map(ToString::to_string).collect(),
            code: held.code.clone(),
            message: held.message.clone(),
        }
    }
}

/// What a component is, without being installed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectedPlugin {
    /// Its name.
    pub name: String,
    /// Its own version, for people.
    pub version: String,
    /// `stage`, `provider` or `trigger`.
    pub kind: &'static str,
    /// SHA-256 of the component.
    pub digest: String,
    /// What it wants and would not have with these grants.
    #[schema(example = json!(["http to api.example.com"]))]
    pub missing: Vec<String>,
    /// What it says of itself.
    #[schema(value_type = Object)]
    pub manifest: Manifest,
}

impl From<Inspection> for InspectedPlugin {
    fn from(inspection: Inspection) -> InspectedPlugin {
        let Inspection { digest, manifest, missing } = inspection;
        InspectedPlugin {
            name: manifest.id.to_string(),
            version: manifest.version.clone(),
            kind: kind(manifest.kind),
            digest: digest.to_string(),
            missing,
            manifest,
        }
    }
}

fn kind(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Stage => "stage",
        PluginKind::Provider => "provider",
        PluginKind::Trigger => "trigger",
    }
}

/// What is granted with an install.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GrantQuery {
    /// `wanted` for everything that the manifest wants, or a JSON object such as `{"http": {"hosts": ["api.example.com"]}}`.
    /// Unless given, what the plugin had before; nothing for a new one.
    #[param(example = "wanted")]
    grants: Option<String>,
}

impl GrantQuery {
    /// What is meant.
    pub fn granted(&self) -> Result<Granted, Problem> {
        match &self.grants {
            None => Ok(Granted::AsBefore),
            Some(text) => Ok(Granted::parse(text)?),
        }
    }
}
