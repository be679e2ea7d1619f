//! Instants on the wire: RFC 3339, UTC, with milliseconds.

use domain::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-01-31T09:30:00.000Z")]
pub struct Moment(pub Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Moment {
        Moment(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::from_millisecond(self.0.0).unwrap_or(jiff::Timestamp::MAX);
        serializer.collect_str(&format_args!("{at:.3}"))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let at: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Moment(Timestamp(at.as_millisecond())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_a_zone_and_milliseconds_and_never_fail() {
        let text = |millis| serde_json::to_string(&Moment(Timestamp(millis))).expect("serialises");
        assert_eq!(text(0), "\"1970-01-01T00:00:00.000Z\"");
        assert_eq!(text(1_769_851_800_001), "\"2026-01-31T09:30:00.001Z\"");
        assert!(text(i64::MAX).starts_with("\"9999-12-"));
        let back: Moment = serde_json::from_str("\"2026-01-31T10:30:00+01:00\"").expect("reads");
        assert_eq!(back, Moment(Timestamp(1_769_851_800_000)));
    }
}
