//! A moment as text.
use std::fmt::Write;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{DAYS, DateFormat, MONTHS, Piece};
use crate::calendar;
use crate::error::Eval;
use crate::value::Instant;

impl DateFormat {
    /// The text of a moment.
    pub fn format(&self, millis: i64, zone: &TimeZone) -> Eval<String> {
        let moment = calendar::local(Instant::of_millis(millis), zone)?;
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Field(letter, count) => field(&mut text, *letter, *count, moment, millis, zone),
            }
        }
        Ok(text)
    }
}

fn field(text: &mut String, letter: char, count: usize, moment: DateTime, millis: i64, zone: &TimeZone) {
    let date = moment.date();
    let hour = i64::from(moment.hour());
    let number = match letter {
        'G' => return text.push_str(if date.year() > 0 { "AD" } else { "BC" }),
        'y' => return year(text, i64::from(date.year()), count),
        'Y' => return year(text, week_of_year(date).0, count),
        'M' | 'L' => return month(text, date.month(), count),
        'E' => {
            return name(text, DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)], count);
        }
        'a' => return text.push_str(if hour < 12 { "AM" } else { "PM" }),
        'z' | 'Z' | 'X' => return offset(text, letter, count, millis, zone),
        'w' => week_of_year(date).1,
        'W' => (i64::from(date.day()) + sunday_offset(date.first_of_month()) - 1) / 7 + 1,
        'D' => date.day_of_year().into(),
        'd' => date.day().into(),
        'F' => (i64::from(date.day()) - 1) / 7 + 1,
        'u' => i64::from(date.weekday().to_monday_one_offset()),
        'H' => hour,
        'k' => (hour + 23) % 24 + 1,
        'K' => hour % 12,
        'h' => (hour + 11) % 12 + 1,
        'm' => moment.minute().into(),
        's' => moment.second().into(),
        _ => millis.rem_euclid(1_000),
    };
    let _ = write!(text, "{number:0count$}");
}

fn year(text: &mut String, year: i64, count: usize) {
    let shown = if year > 0 { year } else { 1 - year };
    let _ = match count {
        2 => write!(text, "{:02}", shown % 100),
        _ => write!(text, "{shown:0count$}"),
    };
}

fn month(text: &mut String, month: i8, count: usize) {
    let at = usize::try_from(month - 1).unwrap_or(0);
    match count {
        0..=2 => {
            let _ = write!(text, "{month:0count$}");
        }
        _ => name(text, MONTHS.get(at).copied().unwrap_or_default(), count),
    }
}

/// Three letters, or the whole name from four letters of pattern on.
fn name(text: &mut String, name: &str, count: usize) {
    text.push_str(if count >= 4 { name } else { name.get(..3).unwrap_or(name) });
}

fn sunday_offset(date: Date) -> i64 {
    i64::from(date.weekday().to_sunday_zero_offset())
}

/// Week year and week: weeks begin on Sunday, the first holds January 1st.
fn week_of_year(date: Date) -> (i64, i64) {
    let year = i64::from(date.year());
    let ends_year = i64::from(date.days_in_year()) - i64::from(date.day_of_year()) + sunday_offset(date);
    if ends_year < 6 {
        return (year + 1, 1);
    }
    (year, (i64::from(date.day_of_year()) + sunday_offset(date.first_of_year()) - 1) / 7 + 1)
}

fn offset(text: &mut String, letter: char, count: usize, millis: i64, zone: &TimeZone) {
    let Ok(stamp) = jiff::Timestamp::from_millisecond(millis) else {
        return;
    };
    let info = zone.to_offset_info(stamp);
    let seconds = info.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    let _ = match (letter, count) {
        ('z', 4..) if info.abbreviation() == "UTC" => write!(text, "Coordinated Universal Time"),
        ('z', _) => write!(text, "{}", info.abbreviation()),
        ('X', _) if seconds == 0 => write!(text, "Z"),
        ('X', 1) => write!(text, "{sign}{hours:02}"),
        ('X', 3) => write!(text, "{sign}{hours:02}:{minutes:02}"),
        _ => write!(text, "{sign}{hours:02}{minutes:02}"),
    };
}
