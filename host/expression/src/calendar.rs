//! Calendar arithmetic as `java.time` does it: on days and nanoseconds, ends of months clamped.
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::error::{Eval, Fault};
use crate::value::Instant;

/// Nanoseconds of a day.
pub(crate) const DAY: i128 = 86_400 * SECOND;
/// Nanoseconds of a second.
pub(crate) const SECOND: i128 = 1_000_000_000;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// What `java.time` throws.
pub(crate) fn date_time(message: impl Into<String>) -> Box<Fault> {
    Fault::java("java.time.DateTimeException", message)
}

/// A text that is no date.
pub(crate) fn unparseable(text: &str) -> Box<Fault> {
    Fault::java("java.time.format.DateTimeParseException", format!("Text '{text}' could not be parsed at index 0"))
}

fn out_of_range() -> Box<Fault> {
    date_time("the result is outside the years -9999 to 9999")
}

/// Days since 1970-01-01.
pub(crate) fn epoch_day(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
pub(crate) fn of_epoch_day(day: i64) -> Eval<Date> {
    let shifted = day.checked_add(719_468).ok_or_else(out_of_range)?;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let position = (5 * of_year + 2) / 153;
    let day = of_year - (153 * position + 2) / 5 + 1;
    let month = if position < 10 { position + 3 } else { position - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    date(year, month, day).ok_or_else(out_of_range)
}

/// A date, if there is such a day.
pub(crate) fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date, as `LocalDate.of` checks it.
pub(crate) fn checked_date(year: i64, month: i64, day: i64) -> Eval<Date> {
    date(year, month, day).ok_or_else(|| date_time(format!("Invalid date {year}-{month}-{day}")))
}

/// Adds days.
pub(crate) fn plus_days(date: Date, days: i64) -> Eval<Date> {
    of_epoch_day(epoch_day(date).checked_add(days).ok_or_else(out_of_range)?)
}

/// Adds months; a day that the month does not have becomes its last.
pub(crate) fn plus_months(date: Date, months: i64) -> Eval<Date> {
    let count = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
    let count = count.checked_add(months).ok_or_else(out_of_range)?;
    clamped(count.div_euclid(12), count.rem_euclid(12) + 1, date.day())
}

/// The date, its day brought into the month.
pub(crate) fn clamped(year: i64, month: i64, day: i8) -> Eval<Date> {
    let first = date(year, month, 1).ok_or_else(out_of_range)?;
    let day = day.min(first.days_in_month());
    date(year, month, day.into()).ok_or_else(out_of_range)
}

/// Nanoseconds since 1970 of a date and time without zone.
pub(crate) fn nanos(moment: DateTime) -> i128 {
    let seconds = i64::from(moment.hour()) * 3_600 + i64::from(moment.minute()) * 60 + i64::from(moment.second());
    i128::from(epoch_day(moment.date())) * DAY + i128::from(seconds) * SECOND + i128::from(moment.subsec_nanosecond())
}

/// The date and time of nanoseconds since 1970.
pub(crate) fn of_nanos(nanos: i128) -> Eval<DateTime> {
    let day = i64::try_from(nanos.div_euclid(DAY)).map_err(|_| out_of_range())?;
    Ok(of_epoch_day(day)?.to_datetime(time_of(nanos.rem_euclid(DAY))))
}

fn time_of(of_day: i128) -> Time {
    let part = |value: i128| i8::try_from(value).unwrap_or(0);
    let seconds = of_day / SECOND;
    let subsecond = i32::try_from(of_day % SECOND).unwrap_or(0);
    Time::new(part(seconds / 3_600), part(seconds / 60 % 60), part(seconds % 60), subsecond).unwrap_or_default()
}

/// A moment in a zone, without its offset.
pub(crate) fn local(instant: Instant, zone: &TimeZone) -> Eval<DateTime> {
    if let Ok(offset) = zone.to_fixed_offset() {
        return of_nanos(nanos_of_instant(instant) + i128::from(offset.seconds()) * SECOND);
    }
    let stamp = jiff::Timestamp::new(instant.seconds, i32::try_from(instant.nanos).unwrap_or(0));
    stamp.map(|stamp| zone.to_datetime(stamp)).map_err(|_| out_of_range())
}

/// The moment of a date and time in a zone; where clocks jump, the earlier offset counts.
pub(crate) fn instant_of(moment: DateTime, zone: &TimeZone) -> Eval<Instant> {
    if let Ok(offset) = zone.to_fixed_offset() {
        return instant_of_nanos(nanos(moment) - i128::from(offset.seconds()) * SECOND);
    }
    let stamp = zone.to_ambiguous_timestamp(moment).compatible().map_err(|_| out_of_range())?;
    let nanos = stamp.as_nanosecond();
    instant_of_nanos(nanos)
}

/// A moment from nanoseconds since 1970 UTC.
pub(crate) fn instant_of_nanos(nanos: i128) -> Eval<Instant> {
    let seconds = i64::try_from(nanos.div_euclid(SECOND)).map_err(|_| out_of_range())?;
    Ok(Instant { seconds, nanos: u32::try_from(nanos.rem_euclid(SECOND)).unwrap_or(0) })
}

/// Nanoseconds since 1970 UTC.
pub(crate) fn nanos_of_instant(instant: Instant) -> i128 {
    i128::from(instant.seconds) * SECOND + i128::from(instant.nanos)
}

/// `ZoneId.of`: `Z`, an offset, `UTC+2`, or a region.
pub(crate) fn zone(text: &str) -> Eval<TimeZone> {
    if let Some(offset) = offset(text) {
        return Ok(TimeZone::fixed(offset));
    }
    for prefix in ["UTC", "GMT", "UT"] {
        match text.strip_prefix(prefix) {
            Some("") => return Ok(TimeZone::UTC),
            Some(rest) => {
                if let Some(offset) = offset(rest) {
                    return Ok(TimeZone::fixed(offset));
                }
            }
            None => {}
        }
    }
    ZONES
        .get(text)
        .map_err(|_| Fault::java("java.time.zone.ZoneRulesException", format!("Unknown time-zone ID: {text}")))
}

/// `ZoneOffset.of`: `Z`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, with seconds.
pub(crate) fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = text.get(1..)?;
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = if digits.len() == 1 { format!("0{digits}") } else { digits };
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    let valid = matches!(digits.len(), 2 | 4 | 6) && hours <= 18 && minutes < 60 && seconds < 60;
    if !valid {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60 + seconds)).ok()
}

/// `ZoneOffset.of`, or its error.
pub(crate) fn zone_offset(text: &str) -> Eval<TimeZone> {
    offset(text)
        .map(TimeZone::fixed)
        .ok_or_else(|| date_time(format!("Invalid ID for ZoneOffset, invalid format: {text}")))
}

/// `2024-01-31`.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let (year, rest) = text.get(..4).zip(text.get(4..))?;
    let bytes = rest.as_bytes();
    if bytes.len() != 6 || bytes.first() != Some(&b'-') || bytes.get(3) != Some(&b'-') {
        return None;
    }
    date(digits(year)?, digits(rest.get(1..3)?)?, digits(rest.get(4..6)?)?)
}

/// `10:15`, `10:15:30`, `10:15:30.123`.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let parts: Vec<&str> = clock.split(':').collect();
    let two = |part: &&str| {
        if part.len() == 2 { i8::try_from(digits(part)?).ok() } else { None }
    };
    let (hour, minute) = (two(parts.first()?)?, two(parts.get(1)?)?);
    let second = match parts.get(2) {
        Some(second) => two(second)?,
        None => 0,
    };
    if parts.len() > 3 || (fraction.is_some() && parts.len() < 3) {
        return None;
    }
    let nanos = match fraction {
        Some(fraction) if fraction.len() <= 9 && !fraction.is_empty() => digits(&format!("{fraction:0<9}"))?,
        Some(_) => return None,
        None => 0,
    };
    Time::new(hour, minute, second, i32::try_from(nanos).ok()?).ok()
}

/// `2024-01-31T10:15:30`.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once('T').or_else(|| text.split_once('t'))?;
    Some(parse_date(date)?.to_datetime(parse_time(time)?))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{epoch_day, of_epoch_day, plus_months, zone};
    use jiff::civil::date;

    #[test]
    fn days_count_both_ways() {
        for day in (-1_000_000..1_000_000).step_by(373) {
            assert_eq!(epoch_day(of_epoch_day(day).expect("in range")), day);
        }
        assert_eq!(epoch_day(date(1970, 1, 1)), 0);
        assert_eq!(epoch_day(date(2024, 2, 29)), 19_782);
    }

    #[test]
    fn months_end_where_they_end() {
        assert_eq!(plus_months(date(2024, 1, 31), 1).expect("in range"), date(2024, 2, 29));
        assert_eq!(plus_months(date(2024, 1, 31), -11).expect("in range"), date(2023, 2, 28));
    }

    #[test]
    fn zones_have_their_own_database() {
        for known in ["Z", "UTC", "+02:00", "UTC-3", "Europe/Berlin", "Asia/Shanghai"] {
            assert!(zone(known).is_ok(), "{known}");
        }
        assert!(zone("Mars/Olympus").is_err());
    }
}
