//! Text as a moment, as leniently as Java reads it.
use jiff::tz::{Offset, TimeZone};

use super::{DAYS, DateFormat, MONTHS, Piece};
use crate::calendar::{self, DAY, SECOND};
use crate::value::Instant;

/// Parts found so far.
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    of_year: Option<i64>,
    hour: i64,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    millis: i64,
    zone: Option<TimeZone>,
}

impl DateFormat {
    /// The moment that a text begins with, and where it ends; nothing when it does not fit the pattern.
    pub fn read(&self, text: &str, zone: &TimeZone, now: i64) -> Option<(i64, usize)> {
        let mut parts = Parts {
            year: 1970,
            month: 1,
            day: 1,
            of_year: None,
            hour: 0,
            afternoon: None,
            minute: 0,
            second: 0,
            millis: 0,
            zone: None,
        };
        let mut at = 0;
        for (position, piece) in self.pieces.iter().enumerate() {
            at = match piece {
                Piece::Literal(literal) => {
                    at + text.get(at..)?.strip_prefix(literal.as_str()).map(|_| literal.len())?
                }
                Piece::Field(letter, count) => {
                    let abuts =
                        matches!(self.pieces.get(position + 1), Some(Piece::Field(next, n)) if numeric(*next, *n));
                    let width = if abuts { *count } else { usize::MAX };
                    read_field(text, at, *letter, *count, width, &mut parts, now)?
                }
            };
        }
        parts.millis(zone).map(|millis| (millis, at))
    }
}

fn numeric(letter: char, count: usize) -> bool {
    match letter {
        'G' | 'E' | 'a' | 'z' | 'Z' | 'X' => false,
        'M' | 'L' => count <= 2,
        _ => true,
    }
}

fn read_field(
    text: &str,
    at: usize,
    letter: char,
    count: usize,
    width: usize,
    parts: &mut Parts,
    now: i64,
) -> Option<usize> {
    let rest = text.get(at..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let start = at + blanks;
    let rest = text.get(start..)?;
    match letter {
        'M' | 'L' if count > 2 => {
            let (month, length) = named(rest, &MONTHS)?;
            parts.month = i64::try_from(month).ok()? + 1;
            return Some(start + length);
        }
        'E' => return named(rest, &DAYS).map(|(_, length)| start + length),
        'G' => return named(rest, &["AD ", "BC "]).map(|_| start + 2),
        'a' => {
            let half = rest.get(..2)?;
            parts.afternoon = Some(half.eq_ignore_ascii_case("PM"));
            return (half.eq_ignore_ascii_case("AM") || half.eq_ignore_ascii_case("PM")).then_some(start + 2);
        }
        'z' | 'Z' | 'X' => {
            let (zone, length) = read_zone(rest, letter)?;
            parts.zone = Some(zone);
            return Some(start + length);
        }
        _ => {}
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(width).min(18);
    let number: i64 = rest.get(..digits)?.parse().ok()?;
    match letter {
        'y' | 'Y' => parts.year = if count <= 2 && digits == 2 { near(number, now) } else { number },
        'M' | 'L' => parts.month = number,
        'd' => parts.day = number,
        'D' => parts.of_year = Some(number),
        'H' | 'K' => parts.hour = number,
        'k' => parts.hour = if number == 24 { 0 } else { number },
        'h' => parts.hour = if number == 12 { 0 } else { number },
        'm' => parts.minute = number,
        's' => parts.second = number,
        'S' => parts.millis = number,
        _ => {}
    }
    Some(start + digits)
}

/// A two-digit year lies between 80 years before and 20 years after now.
fn near(two_digits: i64, now: i64) -> i64 {
    let current = now.div_euclid(31_556_952_000) + 1970;
    let begin = current - 80;
    let year = begin.div_euclid(100) * 100 + two_digits;
    if year < begin { year + 100 } else { year }
}

/// Position and length of the name, whole or its first three letters.
fn named(rest: &str, names: &[&str]) -> Option<(usize, usize)> {
    let starts = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let whole = names.iter().position(|name| starts(name)).map(|at| (at, names.get(at).map_or(0, |name| name.len())));
    whole.or_else(|| {
        names.iter().position(|name| starts(name.trim_end().get(..3).unwrap_or(name.trim_end()))).map(|at| (at, 3))
    })
}

const ABBREVIATIONS: [(&str, i32); 12] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("CET", 1),
];

fn read_zone(rest: &str, letter: char) -> Option<(TimeZone, usize)> {
    if letter == 'X' && rest.starts_with('Z') {
        return Some((TimeZone::UTC, 1));
    }
    if letter != 'X' {
        for (name, hours) in ABBREVIATIONS {
            if !rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                continue;
            }
            let after = rest.get(name.len()..).unwrap_or_default();
            if name == "GMT" && after.starts_with(['+', '-']) {
                let (zone, length) = signed_offset(after)?;
                return Some((zone, name.len() + length));
            }
            return Some((TimeZone::fixed(Offset::from_hours(i8::try_from(hours).ok()?).ok()?), name.len()));
        }
    }
    signed_offset(rest)
}

/// `+0200`, `+02:00`, `+02`.
fn signed_offset(rest: &str) -> Option<(TimeZone, usize)> {
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours: i32 = rest.get(1..3)?.parse().ok()?;
    let colon = usize::from(rest.get(3..4) == Some(":"));
    let minutes = rest.get(3 + colon..5 + colon).and_then(|minutes| minutes.parse::<i32>().ok());
    let length = if minutes.is_some() { 5 + colon } else { 3 };
    let seconds = sign * (hours * 3_600 + minutes.unwrap_or(0) * 60);
    Some((TimeZone::fixed(Offset::from_seconds(seconds).ok()?), length))
}

impl Parts {
    /// Parts out of their range carry over, as a lenient calendar has it.
    fn millis(self, zone: &TimeZone) -> Option<i64> {
        let months = self.year.checked_mul(12)?.checked_add(self.month - 1)?;
        let first = calendar::date(months.div_euclid(12), months.rem_euclid(12) + 1, 1)?;
        let date = match self.of_year {
            Some(day) => calendar::plus_days(calendar::date(self.year, 1, 1)?, day - 1).ok()?,
            None => calendar::plus_days(first, self.day.checked_sub(1)?).ok()?,
        };
        let hour = if self.afternoon == Some(true) { self.hour + 12 } else { self.hour };
        let seconds = i128::from(hour) * 3_600 + i128::from(self.minute) * 60 + i128::from(self.second);
        let nanos =
            i128::from(calendar::epoch_day(date)) * DAY + seconds * SECOND + i128::from(self.millis) * 1_000_000;
        let moment = calendar::of_nanos(nanos).ok()?;
        let instant: Instant = calendar::instant_of(moment, self.zone.as_ref().unwrap_or(zone)).ok()?;
        instant.millis()
    }
}
