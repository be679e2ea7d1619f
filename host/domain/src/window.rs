//! Execution windows: when a stage may begin (reference pipelines-and-stages.md §2.12). Date arithmetic, without a clock.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::code::code;
use crate::failure::{Failure, FailureClass};
use crate::time::Timestamp;

/// Type of the host's own synthetic stage that waits for a window to open.
pub const KIND: &str = "restrictExecutionDuringTimeWindow";

/// Key of the window in a stage's configuration.
pub const KEY: &str = "restrictedExecutionWindow";

/// Days that are looked at for the next opening: every day of the week, twice, as a change of clocks may swallow one opening.
const HORIZON: usize = 15;

/// The zones that come with the program: the same everywhere.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the zone database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name, such as `Europe/Berlin`.
    #[must_use]
    pub fn named(name: &str) -> Option<Zone> {
        ZONES.get(name).ok().map(Zone)
    }
}

impl Default for Zone {
    /// Spinnaker's: `America/Los_Angeles`.
    fn default() -> Zone {
        Zone::named("America/Los_Angeles").unwrap_or(Zone(TimeZone::UTC))
    }
}

/// When a stage may begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    periods: Vec<Period>,
    days: Vec<i8>,
    /// A random delay once it is open.
    pub jitter: Option<Jitter>,
}

/// Minutes of the day, both ends belonging to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Period {
    start: i64,
    end: i64,
}

/// A delay in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter {
    min: i64,
    max: i64,
    /// Executions started by hand are not delayed.
    pub skip_manual: bool,
}

impl Window {
    /// Reads `restrictedExecutionWindow`. Nothing in it is always; days without hours are whole days.
    ///
    /// # Errors
    /// `stage.window-invalid` with what is wrong.
    pub fn read(value: &Value) -> Result<Window, Failure> {
        let empty = Map::new();
        let map = match value {
            Value::Null => &empty,
            Value::Object(map) => map,
            _ => return Err(invalid("", "must be an object")),
        };
        let mut periods = Vec::new();
        for (index, entry) in list(map, "whitelist")?.iter().enumerate() {
            read_period(index, entry, &mut periods)?;
        }
        if periods.is_empty() {
            periods.push(Period { start: 0, end: LAST_MINUTE });
        }
        periods.sort_unstable();
        let mut days = Vec::new();
        for (index, entry) in list(map, "days")?.iter().enumerate() {
            let day = whole(entry).and_then(|day| i8::try_from(day).ok()).filter(|day| (1..=7).contains(day));
            days.push(day.ok_or_else(|| invalid(&format!("/days/{index}"), "must be 1 (Sunday) to 7 (Saturday)"))?);
        }
        Ok(Window { periods, days, jitter: read_jitter(map)? })
    }

    /// The moment from `now` on at which it is open: `now` itself when it is. [`Timestamp::NEVER`] when it never opens.
    #[must_use]
    pub fn opening(&self, now: Timestamp, zone: &Zone) -> Timestamp {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.0) else { return Timestamp::NEVER };
        let local = zone.0.to_datetime(instant);
        if self.holds(local) {
            return now;
        }
        let mut date = local.date();
        for _ in 0..HORIZON {
            for period in &self.periods {
                let opens = period.opens(date.into(), zone).filter(|opens| *opens > instant);
                if let Some(opens) = opens.filter(|opens| self.holds(zone.0.to_datetime(*opens))) {
                    return Timestamp(opens.as_millisecond());
                }
            }
            let Ok(tomorrow) = date.tomorrow() else { break };
            date = tomorrow;
        }
        Timestamp::NEVER
    }

    fn holds(&self, local: DateTime) -> bool {
        let day = local.date().weekday().to_sunday_one_offset();
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        (self.days.is_empty() || self.days.contains(&day))
            && self.periods.iter().any(|period| (period.start..=period.end).contains(&minute))
    }
}

impl Period {
    /// The moment it begins on the day of `midnight`; where clocks jump over it, later by the jump.
    fn opens(self, midnight: DateTime, zone: &Zone) -> Option<jiff::Timestamp> {
        let (hour, minute) = (i8::try_from(self.start / 60).ok()?, i8::try_from(self.start % 60).ok()?);
        let opens = midnight.date().at(hour, minute, 0, 0);
        zone.0.to_ambiguous_timestamp(opens).compatible().ok()
    }
}

impl Jitter {
    /// Seconds of delay: any of the range, decided by `seed` alone, so that a replay waits as long.
    #[must_use]
    pub fn delay(&self, seed: &str) -> i64 {
        let hash = Sha256::digest(seed.as_bytes());
        let word = hash.iter().take(8).fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        let range = u64::try_from(self.max - self.min).unwrap_or(0).saturating_add(1);
        self.min + i64::try_from(word % range).unwrap_or(0)
    }
}

const LAST_MINUTE: i64 = 24 * 60 - 1;

fn read_period(index: usize, entry: &Value, periods: &mut Vec<Period>) -> Result<(), Failure> {
    let at = |key: &str| format!("/whitelist/{index}/{key}");
    let minute = |hour: &str, min: &str| {
        let part = |key: &str, most: i64, default: Option<i64>| {
            let value = match entry.get(key) {
                None | Some(Value::Null) => default,
                Some(value) => whole(value),
            };
            let value = value.filter(|value| (0..=most).contains(value));
            value.ok_or_else(|| invalid(&at(key), &format!("must be a number from 0 to {most}")))
        };
        Ok::<i64, Failure>(part(hour, 23, None)? * 60 + part(min, 59, Some(0))?)
    };
    let (start, end) = (minute("startHour", "startMin")?, minute("endHour", "endMin")?);
    if start <= end {
        periods.push(Period { start, end });
    } else {
        periods.extend([Period { start, end: LAST_MINUTE }, Period { start: 0, end }]);
    }
    Ok(())
}

fn read_jitter(map: &Map<String, Value>) -> Result<Option<Jitter>, Failure> {
    let Some(jitter) = map.get("jitter").filter(|jitter| !jitter.is_null()) else { return Ok(None) };
    let flag = |key: &str| match jitter.get(key) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    if !flag("enabled") {
        return Ok(None);
    }
    let seconds = |key: &str, default: i64| match jitter.get(key) {
        None | Some(Value::Null) => Ok(default),
        Some(value) => whole(value)
            .filter(|seconds| (0..=MOST_SECONDS).contains(seconds))
            .ok_or_else(|| invalid(&format!("/jitter/{key}"), "must be seconds, a whole number from 0 on")),
    };
    let (min, max) = (seconds("minDelay", 0)?, seconds("maxDelay", 600)?);
    if min > max {
        return Err(invalid("/jitter/minDelay", "must not be greater than `maxDelay`"));
    }
    Ok(Some(Jitter { min, max, skip_manual: flag("skipManual") }))
}

/// A week.
const MOST_SECONDS: i64 = 7 * 24 * 3600;

fn list<'v>(map: &'v Map<String, Value>, key: &str) -> Result<&'v [Value], Failure> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(invalid(&format!("/{key}"), "must be a list")),
    }
}

/// A whole number, which real files also write as text.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn invalid(pointer: &str, wanted: &str) -> Failure {
    let message = format!("/{KEY}{pointer} {wanted}.");
    Failure::new(FailureClass::InvalidInput, code("stage.window-invalid"), message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn millis(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn opening(window: &Value, now: &str, zone: &str) -> String {
        let at = Window::read(window).unwrap().opening(millis(now), &Zone::named(zone).unwrap());
        jiff::Timestamp::from_millisecond(at.0).unwrap().to_string()
    }

    #[test]
    fn a_window_opens_at_its_start_and_closes_after_its_last_minute() {
        let office = json!({ "whitelist": [{ "startHour": 9, "startMin": 30, "endHour": 17, "endMin": 0 }] });
        for (now, expected) in [
            ("2025-01-07T09:29:59.999Z", "2025-01-07T09:30:00Z"),
            ("2025-01-07T09:30:00Z", "2025-01-07T09:30:00Z"),
            ("2025-01-07T17:00:59.999Z", "2025-01-07T17:00:59.999Z"),
            ("2025-01-07T17:01:00Z", "2025-01-08T09:30:00Z"),
        ] {
            assert_eq!(opening(&office, now, "UTC"), expected, "{now}");
        }
    }

    #[test]
    fn midnight_is_wrapped_and_each_part_asks_for_its_own_day() {
        let night = json!({ "whitelist": [{ "startHour": 22, "endHour": 2 }], "days": [2] });
        assert_eq!(opening(&night, "2025-01-06T23:00:00Z", "UTC"), "2025-01-06T23:00:00Z");
        assert_eq!(opening(&night, "2025-01-06T01:00:00Z", "UTC"), "2025-01-06T01:00:00Z");
        assert_eq!(opening(&night, "2025-01-07T01:00:00Z", "UTC"), "2025-01-13T00:00:00Z");
    }

    #[test]
    fn days_begin_with_sunday_and_no_hours_are_all_hours() {
        let sunday = json!({ "days": ["1"] });
        assert_eq!(opening(&sunday, "2025-01-01T00:00:00Z", "UTC"), "2025-01-05T00:00:00Z");
        assert_eq!(opening(&sunday, "2025-01-05T23:59:59Z", "UTC"), "2025-01-05T23:59:59Z");
        assert_eq!(opening(&Value::Null, "2025-01-01T00:00:00Z", "UTC"), "2025-01-01T00:00:00Z");
    }

    #[test]
    fn hours_are_those_of_the_zone_also_when_clocks_change() {
        let office = json!({ "whitelist": [{ "startHour": 9, "endHour": 10 }] });
        assert_eq!(opening(&office, "2025-03-08T20:00:00Z", "America/Los_Angeles"), "2025-03-09T16:00:00Z");
        assert_eq!(opening(&office, "2025-03-07T20:00:00Z", "America/Los_Angeles"), "2025-03-08T17:00:00Z");
        // 02:30 does not exist on this day; the window opens an hour later.
        let night = json!({ "whitelist": [{ "startHour": 2, "startMin": 30, "endHour": 4 }] });
        assert_eq!(opening(&night, "2025-03-09T09:00:00Z", "America/Los_Angeles"), "2025-03-09T10:30:00Z");
    }

    #[test]
    fn what_is_malformed_is_named() {
        for (window, pointer) in [
            (json!([]), ""),
            (json!({ "whitelist": {} }), "/whitelist"),
            (json!({ "whitelist": [{ "startHour": 24, "endHour": 1 }] }), "/whitelist/0/startHour"),
            (json!({ "whitelist": [{ "startHour": 1 }] }), "/whitelist/0/endHour"),
            (json!({ "days": [0] }), "/days/0"),
            (json!({ "jitter": { "enabled": true, "minDelay": 9, "maxDelay": 3 } }), "/jitter/minDelay"),
        ] {
            let failure = Window::read(&window).unwrap_err();
            assert!(failure.message.starts_with(&format!("/{KEY}{pointer} ")), "{}", failure.message);
        }
    }

    #[test]
    fn a_delay_is_within_its_range_and_the_same_for_the_same_seed() {
        let jitter = json!({ "jitter": { "enabled": "true", "minDelay": 10, "maxDelay": 12 } });
        let jitter = Window::read(&jitter).unwrap().jitter.unwrap();
        let delays: std::collections::BTreeSet<i64> = (0..100).map(|seed| jitter.delay(&seed.to_string())).collect();
        assert_eq!(delays.into_iter().collect::<Vec<_>>(), [10, 11, 12]);
        assert_eq!(jitter.delay("a"), jitter.delay("a"));
    }
}
