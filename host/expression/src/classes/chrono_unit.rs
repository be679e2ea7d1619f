//! `java.time.temporal.ChronoUnit`.
use super::object::COMMON;
use super::{Args, Class, Method, shown};
use crate::calendar::{self, DAY, SECOND, date_time};
use crate::convert::Ty;
use crate::error::{Eval, Fault, illegal_argument};
use crate::value::{Array, Val};

/// Units of time, in Java's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Nanos,
    Micros,
    Millis,
    Seconds,
    Minutes,
    Hours,
    HalfDays,
    Days,
    Weeks,
    Months,
    Years,
    Decades,
    Centuries,
    Millennia,
    Eras,
    Forever,
}

const ALL: [(Unit, &str, &str); 16] = [
    (Unit::Nanos, "NANOS", "Nanos"),
    (Unit::Micros, "MICROS", "Micros"),
    (Unit::Millis, "MILLIS", "Millis"),
    (Unit::Seconds, "SECONDS", "Seconds"),
    (Unit::Minutes, "MINUTES", "Minutes"),
    (Unit::Hours, "HOURS", "Hours"),
    (Unit::HalfDays, "HALF_DAYS", "HalfDays"),
    (Unit::Days, "DAYS", "Days"),
    (Unit::Weeks, "WEEKS", "Weeks"),
    (Unit::Months, "MONTHS", "Months"),
    (Unit::Years, "YEARS", "Years"),
    (Unit::Decades, "DECADES", "Decades"),
    (Unit::Centuries, "CENTURIES", "Centuries"),
    (Unit::Millennia, "MILLENNIA", "Millennia"),
    (Unit::Eras, "ERAS", "Eras"),
    (Unit::Forever, "FOREVER", "Forever"),
];

impl Unit {
    fn entry(self) -> (Unit, &'static str, &'static str) {
        ALL.into_iter().find(|(unit, _, _)| *unit == self).unwrap_or(ALL[0])
    }

    /// Name of the constant.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// `toString`.
    pub fn text(self) -> &'static str {
        self.entry().2
    }

    /// Position among the constants.
    pub fn ordinal(self) -> i32 {
        self as i32
    }

    /// Length in nanoseconds, for units of fixed length.
    pub fn nanos(self) -> Option<i128> {
        Some(match self {
            Unit::Nanos => 1,
            Unit::Micros => 1_000,
            Unit::Millis => 1_000_000,
            Unit::Seconds => SECOND,
            Unit::Minutes => 60 * SECOND,
            Unit::Hours => 3_600 * SECOND,
            Unit::HalfDays => 43_200 * SECOND,
            Unit::Days => DAY,
            Unit::Weeks => 7 * DAY,
            _ => return None,
        })
    }

    /// Length in months, for units of the calendar.
    pub fn months(self) -> Option<i64> {
        Some(match self {
            Unit::Months => 1,
            Unit::Years => 12,
            Unit::Decades => 120,
            Unit::Centuries => 1_200,
            Unit::Millennia => 12_000,
            _ => return None,
        })
    }

    /// Whether it is shorter than a day.
    pub fn is_time(self) -> bool {
        self < Unit::Days
    }
}

pub(crate) fn by_name(name: &str) -> Option<Val<'static>> {
    ALL.iter().find(|(_, known, _)| *known == name).map(|(unit, _, _)| Val::ChronoUnit(*unit))
}

pub(crate) fn by_ordinal(ordinal: i32) -> Option<Val<'static>> {
    ALL.get(usize::try_from(ordinal).ok()?).map(|(unit, _, _)| Val::ChronoUnit(*unit))
}

/// The unit of an argument.
pub(super) fn unit(args: Args<'_, '_>, index: usize) -> Eval<Unit> {
    match args.get(index) {
        Val::ChronoUnit(unit) => Ok(*unit),
        _ => Err(super::method::null_pointer()),
    }
}

/// The unit cannot be used on this kind of date.
pub(super) fn unsupported(unit: Unit) -> Box<Fault> {
    Fault::java("java.time.temporal.UnsupportedTemporalTypeException", format!("Unsupported unit: {}", unit.text()))
}

/// Whole units from one date or time to another, of the kind of the first.
pub(super) fn until<'a>(from: &Val<'a>, to: &Val<'a>, unit: Unit) -> Eval<Val<'a>> {
    let mismatch = || date_time(format!("Unable to obtain {} from {}", Class::of(from).java_name(), shown(to)));
    let (start, end, whole_days) = match (from, to) {
        (Val::LocalDate(a), Val::LocalDate(b)) => (midnight(*a), midnight(*b), true),
        (Val::LocalDate(a), Val::LocalDateTime(b)) => (midnight(*a), midnight(b.date()), true),
        (Val::LocalDateTime(a), Val::LocalDateTime(b)) => (calendar::nanos(*a), calendar::nanos(*b), false),
        (Val::Instant(a), Val::Instant(b)) => (calendar::nanos_of_instant(*a), calendar::nanos_of_instant(*b), false),
        _ => return Err(mismatch()),
    };
    let instant = matches!(from, Val::Instant(_));
    if (whole_days && unit.is_time()) || (instant && unit > Unit::Days) {
        return Err(unsupported(unit));
    }
    if let Some(length) = unit.nanos() {
        return long((end - start) / length);
    }
    let months = unit.months().ok_or_else(|| unsupported(unit))?;
    let (a, b) = (calendar::of_nanos(start)?, calendar::of_nanos(end)?);
    long(i128::from(months_between(a, b) / months))
}

fn midnight(date: jiff::civil::Date) -> i128 {
    i128::from(calendar::epoch_day(date)) * DAY
}

fn long<'a>(value: i128) -> Eval<Val<'a>> {
    i64::try_from(value).map(Val::Long).map_err(|_| Fault::java("java.lang.ArithmeticException", "long overflow"))
}

fn months_between(a: jiff::civil::DateTime, b: jiff::civil::DateTime) -> i64 {
    let count = |moment: jiff::civil::DateTime| i64::from(moment.year()) * 12 + i64::from(moment.month());
    let within = |moment: jiff::civil::DateTime| (moment.day(), moment.time());
    let months = count(b) - count(a);
    match months {
        1.. if within(b) < within(a) => months - 1,
        ..=-1 if within(b) > within(a) => months + 1,
        _ => months,
    }
}

fn this_unit(this: &Val<'_>) -> Unit {
    match this {
        Val::ChronoUnit(unit) => *unit,
        _ => Unit::Forever,
    }
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("between", &[Ty::Temporal, Ty::Temporal], "long", |_, this, args| {
            if args.get(0).is_null() || args.get(1).is_null() {
                return Err(super::method::null_pointer());
            }
            until(args.get(0), args.get(1), this_unit(this))
        }),
        Method::new("name", &[], "String", |_, this, _| Ok(Val::borrowed(this_unit(this).name()))),
        Method::new("ordinal", &[], "int", |_, this, _| Ok(Val::Int(this_unit(this).ordinal()))),
        Method::new("compareTo", &[Ty::ChronoUnit], "int", |_, this, args| {
            Ok(Val::Int(this_unit(this).ordinal() - unit(args, 0)?.ordinal()))
        }),
        Method::new("isDateBased", &[], "boolean", |_, this, _| {
            let unit = this_unit(this);
            Ok(Val::Bool(!unit.is_time() && unit != Unit::Forever))
        }),
        Method::new("isTimeBased", &[], "boolean", |_, this, _| Ok(Val::Bool(this_unit(this).is_time()))),
        Method::new("isDurationEstimated", &[], "boolean", |_, this, _| Ok(Val::Bool(!this_unit(this).is_time()))),
        Method::fixed("valueOf", &[Ty::Text], "ChronoUnit", |_, _, args| {
            let name = args.text(0)?;
            by_name(name)
                .ok_or_else(|| illegal_argument(format!("No enum constant java.time.temporal.ChronoUnit.{name}")))
        }),
        Method::fixed("values", &[], "ChronoUnit[]", |_, _, _| {
            Ok(Val::Array(Array::new(
                Class::ChronoUnit,
                ALL.iter().map(|(unit, _, _)| Val::ChronoUnit(*unit)).collect(),
            )))
        }),
    ],
];
