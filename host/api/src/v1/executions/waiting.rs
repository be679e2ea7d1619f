//! What an execution waits behind, on the wire.

use serde::Serialize;
use utoipa::ToSchema;

/// A place among those that wait for a slot of a pipeline.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// How many executions of the pipeline run at once.
    pub limit: u32,
    /// How many run.
    pub running: u32,
    /// How many wait that came before it.
    pub older: u32,
    /// All that wait are kept, and start oldest first; otherwise the newest starts, and the others are cancelled.
    pub keep: bool,
    /// The same as a sentence.
    #[schema(example = "Waits for a slot of pipeline `release` behind 1 execution.")]
    pub reason: String,
}

impl Waiting {
    /// `pipeline` is its display name.
    pub fn of(waiting: app::Waiting, pipeline: &str) -> Waiting {
        let app::Waiting { limit, keep, running, older } = waiting;
        let before = if keep { running.saturating_add(older) } else { running };
        let plural = if before == 1 { "" } else { "s" };
        let rule = if keep { "" } else { "; the newest that waits will start, the others will be cancelled" };
        let reason = format!("Waits for a slot of pipeline `{pipeline}` behind {before} execution{plural}{rule}.");
        Waiting { limit, running, older, keep, reason }
    }
}
