//! Which days of a month: by date, by day of the week, or all.

use jiff::civil::{Date, Weekday};

use crate::field::{DAYS, Field, WEEKDAYS, value};

/// The two day fields of an expression, of which one is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Days {
    /// Every day.
    All,
    /// By date; any of the rules.
    Dates(Vec<ByDate>),
    /// By day of the week; any of the rules.
    Weekdays(Vec<ByWeekday>),
}

/// A rule by date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByDate {
    /// These dates.
    On(Field),
    /// The last day of the month, or so many days before it: `L`, `L-3`.
    Last(i8),
    /// The working day nearest to `L` or `L-3`, in the same month: `LW`.
    LastWorking(i8),
    /// The working day nearest to a date, in the same month: `15W`.
    Nearest(i8),
}

/// A rule by day of the week; 1 is Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByWeekday {
    /// These days.
    On(Field),
    /// The last one of the month: `6L`.
    Last(i16),
    /// The nth one of the month: `6#3`.
    Nth(i16, i8),
}

impl Days {
    /// Reads both fields. Quartz wants `?` in one of them; `*` beside a field that says something means the same.
    ///
    /// # Errors
    /// A sentence on what is wrong.
    pub fn read(date: &str, weekday: &str) -> Result<Days, String> {
        let open = |text: &str| text == "?" || text == "*";
        match (open(date), open(weekday)) {
            (true, true) if date == "?" && weekday == "?" => {
                Err("`?` stands in both day fields; one of them has to say which days, `*` for all.".into())
            }
            (true, true) => Ok(Days::All),
            (false, true) => Ok(Days::by_date(date)?),
            (true, false) => Ok(Days::by_weekday(weekday)?),
            (false, false) => {
                Err("Day of month and day of week are both given; put `?` into the one that is not meant.".into())
            }
        }
    }

    fn by_date(text: &str) -> Result<Days, String> {
        let (mut rules, mut plain) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            let upper = part.to_ascii_uppercase();
            let (base, working) = match upper.strip_suffix('W') {
                Some(base) => (base.to_owned(), true),
                None => (upper.clone(), false),
            };
            let before = match base.strip_prefix('L') {
                Some("") => Some(0),
                Some(rest) => Some(
                    days_before(rest)
                        .ok_or_else(|| format!("`{part}` is no day of month: `L-n` takes n from 1 to 30."))?,
                ),
                None => None,
            };
            match (before, working) {
                (Some(before), false) => rules.push(ByDate::Last(before)),
                (Some(before), true) => rules.push(ByDate::LastWorking(before)),
                (None, true) => {
                    let day = value(&base, &DAYS).map_err(|why| format!("`{part}` is no day of month: {why}."))?;
                    rules.push(ByDate::Nearest(small(day)));
                }
                (None, false) => plain.extend(Field::read(part, &DAYS)?.values),
            }
        }
        if !plain.is_empty() {
            let field = Field::of(plain, &DAYS);
            if field.every {
                return Ok(Days::All);
            }
            rules.insert(0, ByDate::On(field));
        }
        Ok(Days::Dates(rules))
    }

    fn by_weekday(text: &str) -> Result<Days, String> {
        let (mut rules, mut plain) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            let upper = part.to_ascii_uppercase();
            let day = |text: &str| value(text, &WEEKDAYS).map_err(|why| format!("`{part}` is no day of week: {why}."));
            if let Some((base, nth)) = upper.split_once('#') {
                let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
                let nth = nth.ok_or_else(|| format!("`{part}` is no day of week: a month has the 1st to the 5th."))?;
                rules.push(ByWeekday::Nth(day(base)?, nth));
            } else if upper == "L" {
                plain.push(WEEKDAYS.last);
            } else if let Some(base) = upper.strip_suffix('L').filter(|base| !base.contains(['-', '/'])) {
                rules.push(ByWeekday::Last(day(base)?));
            } else {
                plain.extend(Field::read(&upper, &WEEKDAYS)?.values);
            }
        }
        if !plain.is_empty() {
            let field = Field::of(plain, &WEEKDAYS);
            if field.every {
                return Ok(Days::All);
            }
            rules.insert(0, ByWeekday::On(field));
        }
        Ok(Days::Weekdays(rules))
    }

    /// Whether `date` is one of them.
    pub fn has(&self, date: Date) -> bool {
        match self {
            Days::All => true,
            Days::Dates(rules) => rules.iter().any(|rule| rule.has(date)),
            Days::Weekdays(rules) => rules.iter().any(|rule| rule.has(date)),
        }
    }
}

fn days_before(text: &str) -> Option<i8> {
    text.strip_prefix('-')?.parse().ok().filter(|days| (1..=30).contains(days))
}

fn small(value: i16) -> i8 {
    i8::try_from(value).unwrap_or(i8::MAX)
}

impl ByDate {
    fn has(&self, date: Date) -> bool {
        let last = date.days_in_month();
        match self {
            ByDate::On(field) => field.has(date.day().into()),
            ByDate::Last(before) => date.day() == last - before,
            ByDate::LastWorking(before) => nearest_working(date, last - before) == Some(date.day()),
            ByDate::Nearest(day) => nearest_working(date, *day) == Some(date.day()),
        }
    }
}

/// The working day nearest to day `day` of the month of `date`, in that month. A month without that day has none.
fn nearest_working(date: Date, day: i8) -> Option<i8> {
    let (last, wanted) = (date.days_in_month(), date.with().day(day).build().ok()?);
    Some(match wanted.weekday() {
        Weekday::Saturday if day == 1 => 3,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == last => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    })
}

impl ByWeekday {
    fn has(&self, date: Date) -> bool {
        let weekday = i16::from(date.weekday().to_sunday_one_offset());
        match self {
            ByWeekday::On(field) => field.has(weekday),
            ByWeekday::Last(day) => weekday == *day && date.day() + 7 > date.days_in_month(),
            ByWeekday::Nth(day, nth) => weekday == *day && (date.day() - 1) / 7 + 1 == *nth,
        }
    }
}
