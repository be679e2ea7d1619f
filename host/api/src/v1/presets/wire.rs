//! Presets on the wire.

use domain::Params;
use serde::Serialize;
use utoipa::ToSchema;

/// A preset.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// The type key that pipelines use.
    #[serde(rename = "type")]
    #[schema(example = "openTicket")]
    pub kind: String,
    /// The stage type that does the work.
    #[schema(example = "callService")]
    pub target: String,
    /// Whether it is on offer.
    pub enabled: bool,
    /// As written.
    #[schema(value_type = Object, example = json!({"type": "openTicket", "target": "callService", "label": "Open a ticket", "config": {"url": "https://tickets.example.com/"}, "parameters": [{"name": "title", "label": "Title"}]}))]
    pub document: Params,
}

impl From<domain::pipeline::Preset> for Preset {
    fn from(preset: domain::pipeline::Preset) -> Preset {
        let domain::pipeline::Preset { kind, target, enabled, document, .. } = preset;
        Preset { kind, target, enabled, document }
    }
}
