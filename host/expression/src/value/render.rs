//! `toString`: Java's text of any value.
use std::fmt::Write;

use jiff::civil;

use super::number::{double_text, float_text};
use super::text::unit_text;
use super::{Instant, Map, Val};

const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// Name of a day, 0 being Monday.
pub(crate) fn day_name(day: u8) -> &'static str {
    DAYS[usize::from(day % 7)]
}

/// Names of the days in order.
pub(crate) fn day_names() -> &'static [&'static str] {
    &DAYS
}

impl Val<'_> {
    /// `String.valueOf`.
    pub fn java_string(&self) -> String {
        let mut out = String::new();
        self.write_java(&mut out);
        out
    }

    /// Appends `String.valueOf`.
    pub fn write_java(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Val::Null => out.write_str("null"),
            Val::Bool(value) => write!(out, "{value}"),
            Val::Byte(value) => write!(out, "{value}"),
            Val::Short(value) => write!(out, "{value}"),
            Val::Int(value) => write!(out, "{value}"),
            Val::Long(value) => write!(out, "{value}"),
            Val::Big(value) => write!(out, "{value}"),
            Val::Float(value) => out.write_str(&float_text(*value)),
            Val::Double(value) => out.write_str(&double_text(*value)),
            Val::Char(unit) => out.write_str(&unit_text(*unit)),
            Val::Str(text) => out.write_str(text.as_str()),
            Val::List(list) => return listed(out, list.iter()),
            Val::Set(set) => return listed(out, set.items.iter().cloned()),
            Val::Map(map) => return mapped(out, map),
            Val::Array(array) => {
                let dimension = if array.primitive { array.element.primitive_code() } else { "" };
                match dimension {
                    "" => write!(out, "[L{};@0", array.element.java_name()),
                    code => write!(out, "[{code}@0"),
                }
            }
            Val::Entry(entry) => {
                entry.0.write_java(out);
                out.push('=');
                entry.1.write_java(out);
                Ok(())
            }
            Val::Bean(bean) => out.write_str(&bean.java_string()),
            Val::Status(status) => out.write_str(status.name()),
            Val::Class(class) => out.write_str(&class.java_string()),
            Val::Date(millis) => out.write_str(&crate::classes::date::text(*millis, &jiff::tz::TimeZone::UTC)),
            Val::Format(_) => out.write_str("java.text.SimpleDateFormat@0"),
            Val::Instant(instant) => out.write_str(&instant_text(*instant)),
            Val::LocalDate(date) => out.write_str(&date_text(*date)),
            Val::LocalDateTime(moment) => out.write_str(&moment_text(*moment)),
            Val::DayOfWeek(day) => out.write_str(day_name(*day)),
            Val::ChronoUnit(unit) => out.write_str(unit.text()),
            Val::Uuid(bits) => out.write_str(&uuid_text(**bits)),
            Val::Random(_) => out.write_str("java.util.Random@0"),
            Val::NotEvaluable(_) => out.write_str("com.netflix.spinnaker.kork.expressions.NotEvaluableExpression@0"),
        };
    }
}

fn listed<'a>(out: &mut String, items: impl Iterator<Item = Val<'a>>) {
    out.push('[');
    for (position, item) in items.enumerate() {
        if position > 0 {
            out.push_str(", ");
        }
        item.write_java(out);
    }
    out.push(']');
}

fn mapped(out: &mut String, map: &Map<'_>) {
    out.push('{');
    for (position, (key, value)) in map.entries().iter().enumerate() {
        if position > 0 {
            out.push_str(", ");
        }
        key.write_java(out);
        out.push('=');
        value.write_java(out);
    }
    out.push('}');
}

/// `LocalDate.toString`.
pub(crate) fn date_text(date: civil::Date) -> String {
    format!("{}-{:02}-{:02}", year_text(date.year()), date.month(), date.day())
}

fn year_text(year: i16) -> String {
    if year < 0 { format!("-{:04}", year.unsigned_abs()) } else { format!("{year:04}") }
}

/// `LocalDateTime.toString`: seconds only when there are some, fractions in groups of three.
pub(crate) fn moment_text(moment: civil::DateTime) -> String {
    let mut text = format!("{}T{:02}:{:02}", date_text(moment.date()), moment.hour(), moment.minute());
    let nanos = u32::try_from(moment.subsec_nanosecond()).unwrap_or(0);
    if moment.second() != 0 || nanos != 0 {
        let _ = write!(text, ":{:02}", moment.second());
    }
    fraction(&mut text, nanos);
    text
}

fn fraction(text: &mut String, nanos: u32) {
    // Writing to a string cannot fail.
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => write!(text, ".{:06}", nanos / 1_000),
        _ => write!(text, ".{nanos:09}"),
    };
}

/// `Instant.toString`.
pub(crate) fn instant_text(instant: Instant) -> String {
    let Ok(stamp) = jiff::Timestamp::from_second(instant.seconds) else {
        return format!("{}s", instant.seconds);
    };
    let moment = jiff::tz::TimeZone::UTC.to_datetime(stamp);
    let mut text =
        format!("{}T{:02}:{:02}:{:02}", date_text(moment.date()), moment.hour(), moment.minute(), moment.second());
    fraction(&mut text, instant.nanos);
    text.push('Z');
    text
}

/// `UUID.toString`.
pub(crate) fn uuid_text(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
