//! A schedule in words, for people who do not read expressions.

use crate::days::{ByDate, ByWeekday, Days};
use crate::expression::Expression;
use crate::field::{Field, MONTHS};
use crate::interval::{Interval, Which};
use crate::schedule::Schedule;

/// More times of day than this are told by their pattern.
const MOST_TIMES: usize = 6;

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// One phrase, such as "at 20:00, Monday to Friday".
pub fn describe(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Quartz(expression) => of_expression(expression),
        Schedule::Interval(interval) => of_interval(interval),
    }
}

fn of_interval(Interval { which, at }: &Interval) -> String {
    let at = clock(at.hour().into(), at.minute().into(), at.second().into());
    match which {
        Which::Working => format!("at {at}, Monday to Friday"),
        Which::Every { days: 1, .. } => format!("at {at}, every day"),
        Which::Every { days, from } => format!("at {at}, every {days} days counted from {from}"),
    }
}

fn of_expression(expression: &Expression) -> String {
    let mut words = format!("{}, {}", times(expression), days(&expression.days));
    if !expression.months.every {
        let names = expression.months.values.iter().map(|month| named(&MONTH_NAMES, month - MONTHS.first));
        words = format!("{words}, in {}", list(names.collect()));
    }
    if !expression.years.every {
        words = format!("{words}, in {}", numbers(&expression.years));
    }
    words
}

fn times(Expression { seconds, minutes, hours, .. }: &Expression) -> String {
    let count = seconds.values.len() * minutes.values.len() * hours.values.len();
    if count <= MOST_TIMES {
        let mut times = Vec::with_capacity(count);
        for hour in &hours.values {
            for minute in &minutes.values {
                times.extend(seconds.values.iter().map(|second| clock(*hour, *minute, *second)));
            }
        }
        return format!("at {}", list(times));
    }
    let mut words = Vec::new();
    if seconds.values != [0] {
        words.push(steps(seconds, "second", 60));
    }
    if !minutes.every || words.is_empty() {
        words.push(steps(minutes, "minute", 60));
    }
    if !hours.every {
        words.push(match steps_of(hours, 24) {
            Some(step) => format!("in every {} hour from {:02}:00", ordinal(step), hours.first()),
            None => format!("in the hours {}", numbers(hours)),
        });
    }
    words.join(" ")
}

/// `every 10 minutes`, `at minute 5`, `at minutes 5 and 7`.
fn steps(field: &Field, unit: &str, size: i16) -> String {
    if field.every {
        return format!("every {unit}");
    }
    match steps_of(field, size) {
        Some(step) if field.first() == 0 => format!("every {step} {unit}s"),
        Some(step) => format!("every {step} {unit}s from {unit} {}", field.first()),
        None if field.values.len() == 1 => format!("at {unit} {}", field.first()),
        None => format!("at {unit}s {}", numbers(field)),
    }
}

/// The step of values that go on evenly to the end of a field.
fn steps_of(field: &Field, size: i16) -> Option<i16> {
    let [first, second, ..] = field.values.as_slice() else { return None };
    let step = second - first;
    let last = field.values.last()?;
    let even = field.values.windows(2).all(|pair| pair[1] - pair[0] == step);
    (even && step > 1 && last + step >= size && field.values.len() > 2).then_some(step)
}

fn days(days: &Days) -> String {
    match days {
        Days::All => "every day".into(),
        Days::Dates(rules) => list(rules.iter().map(by_date).collect()),
        Days::Weekdays(rules) => list(rules.iter().map(by_weekday).collect()),
    }
}

fn by_date(rule: &ByDate) -> String {
    match rule {
        ByDate::On(field) => format!("on day {} of the month", numbers(field)),
        ByDate::Last(0) => "on the last day of the month".into(),
        ByDate::Last(1) => "on the day before the last of the month".into(),
        ByDate::Last(before) => format!("{before} days before the last of the month"),
        ByDate::LastWorking(0) => "on the last working day of the month".into(),
        ByDate::LastWorking(before) => {
            format!("on the working day nearest to {before} days before the last of the month")
        }
        ByDate::Nearest(day) => format!("on the working day nearest to the {}", ordinal((*day).into())),
    }
}

fn by_weekday(rule: &ByWeekday) -> String {
    match rule {
        ByWeekday::On(field) => {
            let names = |values: &[i16]| values.iter().map(|day| named(&WEEKDAYS, day - 1)).collect::<Vec<_>>();
            match field.values.as_slice() {
                values @ [first, .., last]
                    if values.len() > 2 && usize::try_from(last - first) == Ok(values.len() - 1) =>
                {
                    format!("{} to {}", named(&WEEKDAYS, first - 1), named(&WEEKDAYS, last - 1))
                }
                values => format!("on {}", list(names(values))),
            }
        }
        ByWeekday::Last(day) => format!("on the last {} of the month", named(&WEEKDAYS, day - 1)),
        ByWeekday::Nth(day, nth) => {
            format!("on the {} {} of the month", ordinal((*nth).into()), named(&WEEKDAYS, day - 1))
        }
    }
}

fn clock(hour: i16, minute: i16, second: i16) -> String {
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

fn ordinal(number: i16) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn numbers(field: &Field) -> String {
    list(field.values.iter().map(ToString::to_string).collect())
}

fn named(names: &[&str], position: i16) -> String {
    usize::try_from(position).ok().and_then(|position| names.get(position)).copied().unwrap_or_default().to_owned()
}

fn list(mut words: Vec<String>) -> String {
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}
