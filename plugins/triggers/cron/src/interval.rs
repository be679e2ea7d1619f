//! Every so many days, or every working day, at a time of day: the form that people fill in (reference triggers-and-notifications.md §8).

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// Days at a time of day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Which days.
    pub which: Which,
    /// When on them.
    pub at: Time,
}

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Monday to Friday.
    Working,
    /// Every so many days, counted from a date: months do not begin it anew.
    Every {
        /// How many; at least 1.
        days: i32,
        /// A day on which it fires, and before which it does not.
        from: Date,
    },
}

impl Interval {
    /// Reads `hh:mm` (or `hh:mm:ss`), a number of days and a date to count from.
    ///
    /// # Errors
    /// A sentence on what is wrong.
    pub fn read(at: &str, days: i64, working: bool, from: &str) -> Result<Interval, String> {
        let wrong = || format!("`at` is `{at}`; a time of day is needed, such as 20:00.");
        let parts: Vec<i8> = at.trim().split(':').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let at = match parts.as_slice() {
            [hour, minute] => Time::new(*hour, *minute, 0, 0),
            [hour, minute, second] => Time::new(*hour, *minute, *second, 0),
            _ => return Err(wrong()),
        };
        let at = at.map_err(|_| wrong())?;
        if working {
            return Ok(Interval { which: Which::Working, at });
        }
        let days = i32::try_from(days).ok().filter(|days| (1..=3660).contains(days));
        let days = days.ok_or("`everyDays` is a whole number from 1 to 3660.")?;
        let from = match from.trim() {
            "" => Date::constant(1970, 1, 1),
            text => {
                text.parse().map_err(|_| format!("`startDate` is `{text}`; a date is needed, such as 2026-01-31."))?
            }
        };
        Ok(Interval { which: Which::Every { days, from }, at })
    }

    /// The first time on the clock strictly later than `after`.
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let today = self.on(after.date())?.to_datetime(self.at);
        if today > after { Some(today) } else { Some(self.on(after.date().tomorrow().ok()?)?.to_datetime(self.at)) }
    }

    /// The first of its days not before `date`.
    fn on(&self, date: Date) -> Option<Date> {
        match self.which {
            Which::Working => {
                let ahead = match date.weekday() {
                    Weekday::Saturday => 2,
                    Weekday::Sunday => 1,
                    _ => 0,
                };
                date.checked_add(ahead.days()).ok()
            }
            Which::Every { days, from } => {
                let since = from.until(date).ok()?.get_days();
                let ahead = if since < 0 { -since } else { (days - since % days) % days };
                date.checked_add(ahead.days()).ok()
            }
        }
    }
}
