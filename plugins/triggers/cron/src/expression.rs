//! A Quartz expression: seconds minutes hours day-of-month month day-of-week [year] (reference pipelines-and-stages.md §5.4).

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use crate::days::Days;
use crate::field::{Field, HOURS, MINUTES, MONTHS, SECONDS, YEARS};

/// An expression, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Seconds.
    pub seconds: Field,
    /// Minutes.
    pub minutes: Field,
    /// Hours.
    pub hours: Field,
    /// Days.
    pub days: Days,
    /// Months.
    pub months: Field,
    /// Years.
    pub years: Field,
}

impl Expression {
    /// Reads an expression. `H` in the first three fields is a number made from the trigger's `id`, so that many triggers that say the
    /// same do not fire at the same moment.
    ///
    /// # Errors
    /// A sentence on what is wrong.
    pub fn read(text: &str, id: &str) -> Result<Expression, String> {
        let mut fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        match fields.len() {
            6 | 7 => {}
            5 => {
                return Err(format!(
                    "It has 5 fields; seconds come first here: try `0 {text}` with `?` in one of the day fields."
                ));
            }
            count => {
                return Err(format!(
                    "It has {count} fields; there are 6 or 7: seconds, minutes, hours, day of month, month, day of week and, if wanted, year."
                ));
            }
        }
        for (field, scale) in fields.iter_mut().zip([&SECONDS, &MINUTES, &HOURS]) {
            if field.contains('H') {
                *field = field.replace('H', &hashed(id, scale.last).to_string());
            }
        }
        let [seconds, minutes, hours, date, month, weekday, rest @ ..] = fields.as_slice() else {
            return Err("There are 6 or 7 fields.".into());
        };
        Ok(Expression {
            seconds: Field::read(seconds, &SECONDS)?,
            minutes: Field::read(minutes, &MINUTES)?,
            hours: Field::read(hours, &HOURS)?,
            days: Days::read(date, weekday)?,
            months: Field::read(month, &MONTHS)?,
            years: Field::read(rest.first().map_or("*", String::as_str), &YEARS)?,
        })
    }

    /// The first time on the clock strictly later than `after`; absent: never again.
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let from = after.checked_add(1.second()).ok()?.with().subsec_nanosecond(0).build().ok()?;
        let mut date = from.date();
        let today = self.days.has(date) && self.months.has(date.month().into()) && self.years.has(date.year());
        if let Some(time) = self.time_from(from.time()).filter(|_| today) {
            return Some(date.to_datetime(time));
        }
        let first = self.time_from(Time::midnight())?;
        loop {
            date = self.next_date(date.tomorrow().ok()?)?;
            if self.days.has(date) {
                return Some(date.to_datetime(first));
            }
        }
    }

    /// The first date not before `from` in a month and a year that it names.
    fn next_date(&self, from: Date) -> Option<Date> {
        let year = self.years.from(from.year())?;
        if year > from.year() {
            return Date::new(year, small(self.months.first()), 1).ok();
        }
        match self.months.from(from.month().into()) {
            Some(month) if month == i16::from(from.month()) => Some(from),
            Some(month) => Date::new(year, small(month), 1).ok(),
            None => Date::new(self.years.from(year + 1)?, small(self.months.first()), 1).ok(),
        }
    }

    /// The first time of a day not before `from`.
    fn time_from(&self, from: Time) -> Option<Time> {
        let (second, minute, hour) = (from.second().into(), from.minute().into(), from.hour().into());
        let (seconds, minutes) = (self.seconds.first(), self.minutes.first());
        if self.hours.has(hour) {
            if self.minutes.has(minute)
                && let Some(second) = self.seconds.from(second)
            {
                return time(hour, minute, second);
            }
            if let Some(minute) = self.minutes.from(minute + 1) {
                return time(hour, minute, seconds);
            }
        }
        time(self.hours.from(hour + 1)?, minutes, seconds)
    }
}

fn time(hour: i16, minute: i16, second: i16) -> Option<Time> {
    Time::new(small(hour), small(minute), small(second), 0).ok()
}

fn small(value: i16) -> i8 {
    i8::try_from(value).unwrap_or(i8::MAX)
}

/// What `H` stands for: Java's hash of the id, so that triggers that come from Spinnaker keep their moments.
fn hashed(id: &str, last: i16) -> i32 {
    let hash = id.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    (hash % (i32::from(last) + 1)).abs()
}
