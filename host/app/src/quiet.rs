//! The quiet period: a time in which pipelines that respect it are not started by triggers of certain types (reference
//! pipelines-and-stages.md §1.2 `respectQuietPeriod`).

use domain::Timestamp;
use domain::code::code;
use domain::pipeline::Definition;

use crate::{App, AppError};

/// When it is quiet, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietPeriod {
    /// From this moment on.
    pub from: Timestamp,
    /// Until this moment, which is not in it.
    pub until: Timestamp,
    /// Trigger types that start nothing meanwhile; none means all.
    pub suppressed: Vec<String>,
}

impl QuietPeriod {
    fn holds(&self, kind: &str, now: Timestamp) -> bool {
        let suppressed = self.suppressed.is_empty() || self.suppressed.iter().any(|one| one.eq_ignore_ascii_case(kind));
        suppressed && self.from <= now && now < self.until
    }
}

impl App {
    /// Refuses what a trigger of type `kind` would start, if its pipeline respects the quiet period and that is now.
    pub(crate) fn refuse_quiet(&self, definition: &Definition, kind: &str) -> Result<(), AppError> {
        let quiet = self.inner.config.quiet.as_ref().filter(|_| definition.respects_quiet_period);
        if quiet.is_none_or(|quiet| !quiet.holds(kind, self.inner.environment.now())) {
            return Ok(());
        }
        let message = format!(
            "The server is in its quiet period, which pipeline `{}` respects: its {kind} triggers start nothing.",
            definition.name
        );
        Err(AppError::conflict(code("trigger.quiet-period"), message))
    }
}
