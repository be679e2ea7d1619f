//! Stages that wait for their plugin, on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// Why a stage waits for its plugin.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// Since when.
    pub since: Moment,
    /// Why; stable.
    #[schema(example = "plugin.quarantined")]
    pub code: String,
    /// Why, and what to do.
    pub message: String,
}

impl From<domain::stage::Held> for Held {
    fn from(held: domain::stage::Held) -> Held {
        let domain::stage::Held { since, reason } = held;
        Held { since: since.into(), code: reason.code.to_string(), message: reason.message }
    }
}
