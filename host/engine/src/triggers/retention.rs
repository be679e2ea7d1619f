//! Recorded events of triggers do not stay for ever: the oldest go, also while nothing is recorded.

use std::sync::Arc;

use crate::core::Core;

/// Removes old events every so often.
pub(crate) async fn forget(core: Arc<Core>) {
    while core.rest(core.config.forget_every).await {
        if let Err(error) = core.app.forget_events().await {
            core.counters.store_errors.one();
            tracing::warn!(%error, "old events of triggers could not be removed; it is tried again");
        }
    }
}
