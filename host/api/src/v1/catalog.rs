//! `GET /api/v1/catalog`.

use app::App;
use axum::Json;
use axum::extract::State;
use domain::Params;
use domain::pipeline::{Preset, Presets};
use domain::plugin::manifest::{Localized, OperationOffer, QueryOffer, StageOffer, TriggerOffer};
use domain::plugin::{Catalog, Installed};
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::problem::Problem;

/// What pipelines can be made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offers {
    /// Revision of the catalogue; new executions are pinned to it.
    pub revision: i64,
    /// Stage types.
    pub stages: Vec<StageType>,
    /// Trigger types.
    pub triggers: Vec<TriggerType>,
    /// Providers with what they do and answer.
    pub providers: Vec<Provider>,
}

/// A text in the console's languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Text {
    /// English.
    #[schema(example = "Wait")]
    pub en: String,
    /// Chinese.
    #[schema(example = "等待")]
    pub zh: String,
}

impl From<&Localized> for Text {
    fn from(text: &Localized) -> Text {
        let Localized { en, zh } = text.clone();
        Text { en, zh }
    }
}

/// A stage type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageType {
    /// Type key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Other keys that it answers to.
    pub aliases: Vec<String>,
    /// The only `cloudProvider` that it is for; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Plugin that offers it.
    pub plugin: String,
    /// Name for people.
    pub label: Text,
    /// A paragraph for people.
    pub help: Text,
    /// JSON Schema of its configuration, with hints for forms under `x-ui`.
    #[schema(value_type = Object)]
    pub schema: Params,
    /// Milliseconds that it may run when the document says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    /// A person may skip it while it runs.
    pub skippable: bool,
    /// The stage type that does the work, of a preset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

impl StageType {
    fn preset(catalog: &Catalog, preset: &Preset) -> Option<StageType> {
        let (plugin, offer) = catalog.find_stage(&preset.target, None).filter(|_| preset.enabled)?;
        Some(StageType {
            kind: preset.kind.clone(),
            aliases: Vec::new(),
            label: (&preset.label).into(),
            help: (&preset.help).into(),
            schema: preset.schema(),
            target: Some(preset.target.clone()),
            ..StageType::of(plugin, offer)
        })
    }

    fn of(plugin: &Installed, offer: &StageOffer) -> StageType {
        let StageOffer { kind, aliases, provider, label, help, schema, reads: _, timeout, skippable, restart: _ } =
            offer;
        StageType {
            kind: kind.clone(),
            aliases: aliases.clone(),
            provider: provider.clone(),
            plugin: plugin.manifest.id.to_string(),
            label: label.into(),
            help: help.into(),
            schema: schema.clone(),
            timeout: *timeout,
            skippable: *skippable,
            target: None,
        }
    }
}

/// A trigger type.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriggerType {
    /// Type key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Plugin that offers it.
    pub plugin: String,
    /// Name for people.
    pub label: Text,
    /// A paragraph for people.
    pub help: Text,
    /// JSON Schema of a configured trigger.
    #[schema(value_type = Object)]
    pub schema: Params,
    /// It hears requests at `/webhooks/{type}/{source}`.
    pub hooks: bool,
}

impl TriggerType {
    fn of(plugin: &Installed, offer: &TriggerOffer) -> TriggerType {
        let TriggerOffer { kind, label, help, schema, source: _, hooks, polls: _, dates: _, listens: _ } = offer;
        TriggerType {
            kind: kind.clone(),
            plugin: plugin.manifest.id.to_string(),
            label: label.into(),
            help: help.into(),
            schema: schema.clone(),
            hooks: *hooks,
        }
    }
}

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct Provider {
    /// Name by which accounts and requests mean it.
    pub name: String,
    /// Plugin that offers it.
    pub plugin: String,
    /// Name for people.
    pub label: Text,
    /// What it does.
    pub operations: Vec<Offer>,
    /// What it can be asked.
    pub queries: Vec<Offer>,
}

/// One operation or query of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    /// Its kind.
    pub kind: String,
    /// JSON Schema of its input.
    #[schema(value_type = Object)]
    pub schema: Params,
}

impl Provider {
    fn of(plugin: &Installed) -> Option<Provider> {
        let operation = |offer: &OperationOffer| Offer { kind: offer.kind.clone(), schema: offer.schema.clone() };
        let query = |offer: &QueryOffer| Offer { kind: offer.kind.clone(), schema: offer.schema.clone() };
        Some(Provider {
            name: plugin.manifest.provider.clone()?,
            plugin: plugin.manifest.id.to_string(),
            label: (&plugin.manifest.label).into(),
            operations: plugin.manifest.operations.iter().map(operation).collect(),
            queries: plugin.manifest.queries.iter().map(query).collect(),
        })
    }
}

impl Offers {
    fn new(catalog: &Catalog, presets: &Presets) -> Offers {
        let enabled: Vec<&Installed> = catalog.plugins().values().filter(|plugin| plugin.enabled).collect();
        let stages = enabled.iter().flat_map(|one| one.manifest.stages.iter().map(|offer| StageType::of(one, offer)));
        let triggers =
            enabled.iter().flat_map(|one| one.manifest.triggers.iter().map(|offer| TriggerType::of(one, offer)));
        Offers {
            revision: catalog.revision,
            stages: stages.chain(presets.all().filter_map(|preset| StageType::preset(catalog, preset))).collect(),
            triggers: triggers.collect(),
            providers: enabled.iter().filter_map(|one| Provider::of(one)).collect(),
        }
    }
}

/// What pipelines can be made of now: stage types with schemas and labels, trigger types, providers.
#[utoipa::path(get, path = "/api/v1/catalog", operation_id = "getCatalog", tag = "plugins",
    responses((status = 200, description = "Everything on offer", body = Offers)))]
pub async fn handler(State(app): State<App>, Authenticated(_caller): Authenticated) -> Result<Json<Offers>, Problem> {
    Ok(Json(Offers::new(&app.catalogs().current(), &app.presets())))
}
