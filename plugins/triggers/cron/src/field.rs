//! One field of a Quartz expression: numbers, names, ranges that may wrap, steps, lists.

/// What a field may hold.
#[derive(Debug)]
pub struct Scale {
    /// Its name in sentences.
    pub name: &'static str,
    /// Smallest value.
    pub first: i16,
    /// Largest value.
    pub last: i16,
    /// Names of the values from the first on; may be empty.
    pub names: &'static [&'static str],
}

/// Seconds of a minute.
pub const SECONDS: Scale = Scale { name: "seconds", first: 0, last: 59, names: &[] };
/// Minutes of an hour.
pub const MINUTES: Scale = Scale { name: "minutes", first: 0, last: 59, names: &[] };
/// Hours of a day.
pub const HOURS: Scale = Scale { name: "hours", first: 0, last: 23, names: &[] };
/// Days of a month.
pub const DAYS: Scale = Scale { name: "day of month", first: 1, last: 31, names: &[] };
/// Months of a year.
pub const MONTHS: Scale = Scale {
    name: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
/// Days of a week; 1 is Sunday.
pub const WEEKDAYS: Scale =
    Scale { name: "day of week", first: 1, last: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
/// Years that Quartz knows.
pub const YEARS: Scale = Scale { name: "year", first: 1970, last: 2099, names: &[] };

/// The values of a field, in order, without duplicates; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The values.
    pub values: Vec<i16>,
    /// It was written as `*`, or as something that comes to the same.
    pub every: bool,
}

impl Field {
    /// Reads a list of values, ranges and steps.
    ///
    /// # Errors
    /// A sentence on the first part that is none.
    pub fn read(text: &str, scale: &Scale) -> Result<Field, String> {
        let mut values = Vec::new();
        for part in text.split(',') {
            values.extend(part_of(part, scale)?);
        }
        Ok(Field::of(values, scale))
    }

    /// These values.
    pub fn of(mut values: Vec<i16>, scale: &Scale) -> Field {
        values.sort_unstable();
        values.dedup();
        let every = values.len() == usize::try_from(scale.last - scale.first + 1).unwrap_or(usize::MAX);
        Field { values, every }
    }

    /// The first value that is not below `value`.
    pub fn from(&self, value: i16) -> Option<i16> {
        self.values.iter().copied().find(|known| *known >= value)
    }

    /// Whether it has `value`.
    pub fn has(&self, value: i16) -> bool {
        self.values.binary_search(&value).is_ok()
    }

    /// The smallest value.
    pub fn first(&self) -> i16 {
        self.values.first().copied().unwrap_or_default()
    }
}

/// `*`, `5`, `MON`, `5-9`, `22-2`, and each with `/step`.
fn part_of(part: &str, scale: &Scale) -> Result<Vec<i16>, String> {
    let wrong = |why: &str| format!("`{part}` is no value for {}: {why}.", scale.name);
    let (base, step) = match part.split_once('/') {
        None => (part, None),
        Some((base, step)) => {
            let step: i16 = step.parse().map_err(|_| wrong("a step is a whole number"))?;
            if step < 1 || step > scale.last - scale.first + 1 {
                return Err(wrong("the step leaves the field"));
            }
            (base, Some(step))
        }
    };
    let (from, to) = match base.split_once('-') {
        _ if base == "*" || (base.is_empty() && step.is_some()) => (scale.first, scale.last),
        Some((from, to)) => {
            (value(from, scale).map_err(|why| wrong(&why))?, value(to, scale).map_err(|why| wrong(&why))?)
        }
        None => {
            let from = value(base, scale).map_err(|why| wrong(&why))?;
            (from, if step.is_some() { scale.last } else { from })
        }
    };
    let size = scale.last - scale.first + 1;
    if to < from && scale.last > 100 {
        return Err(wrong("years do not wrap"));
    }
    let span = if to < from { to + size - from } else { to - from };
    let steps = (0..=span).step_by(usize::try_from(step.unwrap_or(1)).unwrap_or(1));
    Ok(steps.map(|offset| scale.first + (from - scale.first + offset) % size).collect())
}

/// A number or a name.
pub fn value(text: &str, scale: &Scale) -> Result<i16, String> {
    if let Some(position) = scale.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return Ok(scale.first + i16::try_from(position).unwrap_or(0));
    }
    match text.parse::<i16>() {
        Ok(number)
            if (scale.first..=scale.last).contains(&number) && text.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Ok(number)
        }
        _ if scale.names.is_empty() => Err(format!("it goes from {} to {}", scale.first, scale.last)),
        _ => Err(format!("it goes from {} to {}, or by names such as {}", scale.first, scale.last, scale.names[1])),
    }
}
