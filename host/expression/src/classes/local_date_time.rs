//! `java.time.LocalDateTime`.
mod change;

use jiff::civil::{Date, DateTime, Time};

use super::chrono_unit::{Unit, unit, until};
use super::object::COMMON;
use super::{Args, Method, day_of_week};
use crate::calendar::{self, checked_date, date_time};
use crate::convert::Ty;
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::{Instant, Val};

use Ty::{ChronoLocalDateTime, Int, Long};

fn this_moment(this: &Val<'_>) -> DateTime {
    match this {
        Val::LocalDateTime(moment) => *moment,
        _ => DateTime::constant(1970, 1, 1, 0, 0, 0, 0),
    }
}

fn other(args: Args<'_, '_>) -> Eval<DateTime> {
    match args.get(0) {
        Val::LocalDateTime(moment) => Ok(*moment),
        _ => Err(super::method::null_pointer()),
    }
}

/// A date at the time that arguments from `first` on give: hour, minute, second, nanosecond.
pub(super) fn at<'a>(date: Date, args: Args<'_, 'a>, first: usize, parts: usize) -> Eval<Val<'a>> {
    let mut values = [0i32; 4];
    for (at, value) in values.iter_mut().enumerate().take(parts) {
        *value = args.int(first + at)?;
    }
    let [hour, minute, second, nano] = values;
    let small = |value: i32| i8::try_from(value).unwrap_or(-1);
    Time::new(small(hour), small(minute), small(second), nano)
        .map(|time| Val::LocalDateTime(date.to_datetime(time)))
        .map_err(|_| date_time(format!("Invalid time {hour}:{minute}:{second}.{nano}")))
}

fn of<'a>(args: Args<'_, 'a>, parts: usize) -> Eval<Val<'a>> {
    let date = checked_date(args.int(0)?.into(), args.int(1)?.into(), args.int(2)?.into())?;
    at(date, args, 3, parts)
}

const MONTHS: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];

/// The number of a month by name or by position from 0.
pub(super) fn month(value: &Val<'_>) -> Eval<i64> {
    let at = match value.as_str() {
        Some(name) => MONTHS.iter().position(|known| *known == name),
        None => value.as_i32().and_then(|at| usize::try_from(at).ok()).filter(|at| *at < 12),
    };
    at.and_then(|at| i64::try_from(at + 1).ok()).ok_or_else(|| date_time("there is no such month"))
}

/// `ofInstant(instant, zone)`.
pub(super) fn of_instant(args: Args<'_, '_>) -> Eval<DateTime> {
    let Val::Instant(instant) = args.get(0) else {
        return Err(super::method::null_pointer());
    };
    calendar::local(*instant, &calendar::zone(args.text(1)?)?)
}

fn now<'a>(eval: &Evaluator<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let zone = match args.get(0).as_str() {
        Some(name) => calendar::zone(name)?,
        None => eval.options.environment.zone.clone(),
    };
    calendar::local(Instant::of_millis(eval.options.environment.now), &zone).map(Val::LocalDateTime)
}

/// `compareTo`: the date's difference, else -1, 0 or 1 by time.
fn difference(a: DateTime, b: DateTime) -> i32 {
    let parts = |date: DateTime| {
        [date.year().into(), date.month().into(), date.day().into(), date.hour().into(), date.minute().into()]
    };
    let by_parts = |from: usize, to: usize| {
        let pairs = parts(a).into_iter().zip(parts(b)).skip(from).take(to - from);
        pairs.map(|(x, y): (i32, i32)| x - y).find(|difference| *difference != 0)
    };
    by_parts(0, 3).unwrap_or(a.cmp(&b) as i32)
}

pub(super) const METHODS: &[&[Method]] = &[COMMON, READING, change::METHODS, STATIC];

const READING: &[Method] = &[
    Method::new("getYear", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).year().into()))),
    Method::new("getMonthValue", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).month().into()))),
    Method::new("getDayOfMonth", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).day().into()))),
    Method::new("getDayOfYear", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).day_of_year().into()))),
    Method::new("getDayOfWeek", &[], "DayOfWeek", |_, this, _| Ok(day_of_week::of(this_moment(this).date()))),
    Method::new("getHour", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).hour().into()))),
    Method::new("getMinute", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).minute().into()))),
    Method::new("getSecond", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).second().into()))),
    Method::new("getNano", &[], "int", |_, this, _| Ok(Val::Int(this_moment(this).subsec_nanosecond()))),
    Method::new("isAfter", &[ChronoLocalDateTime], "boolean", |_, this, args| {
        Ok(Val::Bool(this_moment(this) > other(args)?))
    }),
    Method::new("isBefore", &[ChronoLocalDateTime], "boolean", |_, this, args| {
        Ok(Val::Bool(this_moment(this) < other(args)?))
    }),
    Method::new("isEqual", &[ChronoLocalDateTime], "boolean", |_, this, args| {
        Ok(Val::Bool(this_moment(this) == other(args)?))
    }),
    Method::new("compareTo", &[ChronoLocalDateTime], "int", |_, this, args| {
        Ok(Val::Int(difference(this_moment(this), other(args)?)))
    }),
    Method::new("until", &[Ty::Temporal, Ty::TemporalUnit], "long", |_, this, args| {
        until(this, args.get(0), unit(args, 1)?)
    }),
    Method::new("isSupported", &[Ty::TemporalUnit], "boolean", |_, _, args| {
        Ok(Val::Bool(unit(args, 0)? != Unit::Forever))
    }),
    Method::new("toLocalDate", &[], "LocalDate", |_, this, _| Ok(Val::LocalDate(this_moment(this).date()))),
    Method::new("toEpochSecond", &[Ty::ZoneOffset], "long", |_, this, args| {
        let zone = calendar::zone_offset(args.text(0)?)?;
        calendar::instant_of(this_moment(this), &zone).map(|instant| Val::Long(instant.seconds))
    }),
    Method::new("toInstant", &[Ty::ZoneOffset], "Instant", |_, this, args| {
        let zone = calendar::zone_offset(args.text(0)?)?;
        calendar::instant_of(this_moment(this), &zone).map(Val::Instant)
    }),
];

const STATIC: &[Method] = &[
    Method::fixed("now", &[], "LocalDateTime", |eval, _, args| now(eval, args)),
    Method::fixed("now", &[Ty::ZoneId], "LocalDateTime", |eval, _, args| now(eval, args)),
    Method::fixed("of", &[Int, Int, Int, Int, Int], "LocalDateTime", |_, _, args| of(args, 2)),
    Method::fixed("of", &[Int, Int, Int, Int, Int, Int], "LocalDateTime", |_, _, args| of(args, 3)),
    Method::fixed("of", &[Int, Int, Int, Int, Int, Int, Int], "LocalDateTime", |_, _, args| of(args, 4)),
    Method::fixed("of", &[Int, Ty::Month, Int, Int, Int], "LocalDateTime", |_, _, args| {
        let date = checked_date(args.int(0)?.into(), month(args.get(1))?, args.int(2)?.into())?;
        at(date, args, 3, 2)
    }),
    Method::fixed("ofEpochSecond", &[Long, Int, Ty::ZoneOffset], "LocalDateTime", |_, _, args| {
        let nanos = u32::try_from(args.int(1)?).map_err(|_| date_time("Invalid value for NanoOfSecond"))?;
        let zone = calendar::zone_offset(args.text(2)?)?;
        calendar::local(Instant { seconds: args.long(0)?, nanos }, &zone).map(Val::LocalDateTime)
    }),
    Method::fixed("ofInstant", &[Ty::Instant, Ty::ZoneId], "LocalDateTime", |_, _, args| {
        of_instant(args).map(Val::LocalDateTime)
    }),
    Method::fixed("from", &[Ty::Temporal], "LocalDateTime", |_, _, args| match args.get(0) {
        Val::LocalDateTime(moment) => Ok(Val::LocalDateTime(*moment)),
        _ => Err(date_time("Unable to obtain LocalDateTime from TemporalAccessor")),
    }),
    Method::fixed("parse", &[Ty::Sequence], "LocalDateTime", |_, _, args| {
        let text = args.text(0)?;
        calendar::parse_date_time(text).map(Val::LocalDateTime).ok_or_else(|| calendar::unparseable(text))
    }),
];
