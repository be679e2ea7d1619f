//! `%t…`: parts of dates and times.
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::spec::Spec;
use super::wrong_kind;
use crate::calendar;
use crate::classes::date_format::DateFormat;
use crate::error::{Eval, Fault};
use crate::value::{Instant, Val};

/// The pattern of `SimpleDateFormat` that says the same as the letter after `t`.
fn pattern(letter: char) -> Option<&'static str> {
    Some(match letter {
        'H' => "HH",
        'I' => "hh",
        'k' => "H",
        'l' => "h",
        'M' => "mm",
        'S' => "ss",
        'L' => "SSS",
        'N' => "SSS'000000'",
        'p' => "a",
        'z' => "Z",
        'Z' => "z",
        'B' => "MMMM",
        'b' | 'h' => "MMM",
        'A' => "EEEE",
        'a' => "EEE",
        'Y' => "yyyy",
        'y' => "yy",
        'j' => "DDD",
        'm' => "MM",
        'd' => "dd",
        'e' => "d",
        'R' => "HH:mm",
        'T' => "HH:mm:ss",
        'r' => "hh:mm:ss a",
        'D' => "MM/dd/yy",
        'F' => "yyyy-MM-dd",
        'c' => "EEE MMM dd HH:mm:ss z yyyy",
        _ => return None,
    })
}

pub(super) fn date(spec: &Spec<'_>, value: &Val<'_>, zone: &TimeZone) -> Eval<String> {
    let utc = TimeZone::UTC;
    let (millis, zone) = match value {
        Val::Null => return Ok("null".to_owned()),
        Val::Long(millis) | Val::Date(millis) => (*millis, zone),
        Val::LocalDate(date) => (of_local(date.at(0, 0, 0, 0))?, &utc),
        Val::LocalDateTime(moment) => (of_local(*moment)?, &utc),
        _ => return Err(wrong_kind(spec, value)),
    };
    match (spec.date, pattern(spec.date)) {
        ('s', _) => Ok(millis.div_euclid(1_000).to_string()),
        ('Q', _) => Ok(millis.to_string()),
        ('p', Some(pattern)) => Ok(DateFormat::parse(pattern)?.format(millis, zone)?.to_lowercase()),
        (_, Some(pattern)) => DateFormat::parse(pattern)?.format(millis, zone),
        (letter, None) => {
            Err(Fault::java("java.util.UnknownFormatConversionException", format!("Conversion = 't{letter}'")))
        }
    }
}

fn of_local(moment: DateTime) -> Eval<i64> {
    let instant: Instant = calendar::instant_of_nanos(calendar::nanos(moment))?;
    instant.millis().ok_or_else(|| calendar::date_time("too far away"))
}
