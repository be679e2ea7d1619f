//! Instants as the whole program knows them.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// An instant that never comes.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// This instant moved by `millis`; saturates, so that a plugin's absurd due time is merely never.
    #[must_use]
    pub fn plus(self, millis: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As the plugin contract writes instants.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact in an f64 for 285,000 years")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// From the plugin contract's form; what is not a number is never.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, which is what is wanted")]
    pub fn from_f64(millis: f64) -> Timestamp {
        if millis.is_nan() { Timestamp::NEVER } else { Timestamp(millis as i64) }
    }
}
