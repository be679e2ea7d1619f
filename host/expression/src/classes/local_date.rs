//! `java.time.LocalDate`.
use jiff::civil::Date;

use super::chrono_unit::{Unit, unit, unsupported, until};
use super::object::COMMON;
use super::{Args, Method, day_of_week};
use crate::calendar::{self, checked_date, clamped, date_time, epoch_day, of_epoch_day, plus_days, plus_months};
use crate::convert::Ty;
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::{Instant, Val};

use Ty::{ChronoLocalDate, Int, Long};

pub(super) fn this_date(this: &Val<'_>) -> Date {
    match this {
        Val::LocalDate(date) => *date,
        Val::LocalDateTime(moment) => moment.date(),
        _ => Date::constant(1970, 1, 1),
    }
}

fn moved<'a>(this: &Val<'a>, args: Args<'_, 'a>, sign: i64, by: fn(Date, i64) -> Eval<Date>) -> Eval<Val<'a>> {
    let amount = args.long(0)?.checked_mul(sign).ok_or_else(|| date_time("long overflow"))?;
    by(this_date(this), amount).map(Val::LocalDate)
}

fn weeks(date: Date, weeks: i64) -> Eval<Date> {
    plus_days(date, weeks.saturating_mul(7))
}

fn years(date: Date, years: i64) -> Eval<Date> {
    plus_months(date, years.saturating_mul(12))
}

fn by_unit<'a>(this: &Val<'a>, args: Args<'_, 'a>, sign: i64) -> Eval<Val<'a>> {
    let unit = unit(args, 1)?;
    let amount = args.long(0)?.saturating_mul(sign);
    let date = this_date(this);
    let moved = match (unit, unit.months()) {
        (Unit::Days, _) => plus_days(date, amount),
        (Unit::Weeks, _) => weeks(date, amount),
        (_, Some(months)) => plus_months(date, amount.saturating_mul(months)),
        _ => Err(unsupported(unit)),
    };
    moved.map(Val::LocalDate)
}

fn at_time<'a>(this: &Val<'a>, args: Args<'_, 'a>, parts: usize) -> Eval<Val<'a>> {
    super::local_date_time::at(this_date(this), args, 0, parts)
}

/// What a date becomes by another date or a day of the week.
pub(super) fn adjusted(date: Date, by: &Val<'_>) -> Eval<Date> {
    match by {
        Val::LocalDate(other) => Ok(*other),
        Val::DayOfWeek(day) => plus_days(date, i64::from(*day) - i64::from(date.weekday().to_monday_zero_offset())),
        _ => Err(date_time("a date cannot be adjusted by that")),
    }
}

/// The `index`th argument as the day of a year.
fn of_year_day<'a>(year: i64, day: i32) -> Eval<Val<'a>> {
    let first = checked_date(year, 1, 1)?;
    if day < 1 || day > i32::from(first.days_in_year()) {
        return Err(date_time(format!("Invalid date 'DayOfYear {day}'")));
    }
    plus_days(first, i64::from(day) - 1).map(Val::LocalDate)
}

fn of<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    checked_date(args.int(0)?.into(), args.int(1)?.into(), args.int(2)?.into()).map(Val::LocalDate)
}

fn today<'a>(eval: &Evaluator<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let zone = match args.get(0).as_str() {
        Some(name) => calendar::zone(name)?,
        None => eval.options.environment.zone.clone(),
    };
    let now = calendar::local(Instant::of_millis(eval.options.environment.now), &zone)?;
    Ok(Val::LocalDate(now.date()))
}

/// `compareTo`: years, then months, then days.
fn difference(a: Date, b: Date) -> i32 {
    let parts = |date: Date| [i32::from(date.year()), i32::from(date.month()), i32::from(date.day())];
    parts(a).into_iter().zip(parts(b)).map(|(x, y)| x - y).find(|difference| *difference != 0).unwrap_or(0)
}

pub(super) const METHODS: &[&[Method]] = &[COMMON, READING, MOVING, STATIC];

const READING: &[Method] = &[
    Method::new("getYear", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).year().into()))),
    Method::new("getMonthValue", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).month().into()))),
    Method::new("getDayOfMonth", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).day().into()))),
    Method::new("getDayOfYear", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).day_of_year().into()))),
    Method::new("getDayOfWeek", &[], "DayOfWeek", |_, this, _| Ok(day_of_week::of(this_date(this)))),
    Method::new("isLeapYear", &[], "boolean", |_, this, _| Ok(Val::Bool(this_date(this).in_leap_year()))),
    Method::new("lengthOfMonth", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).days_in_month().into()))),
    Method::new("lengthOfYear", &[], "int", |_, this, _| Ok(Val::Int(this_date(this).days_in_year().into()))),
    Method::new("toEpochDay", &[], "long", |_, this, _| Ok(Val::Long(epoch_day(this_date(this))))),
    Method::new("isAfter", &[ChronoLocalDate], "boolean", |_, this, args| {
        Ok(Val::Bool(this_date(this) > date_argument(args)?))
    }),
    Method::new("isBefore", &[ChronoLocalDate], "boolean", |_, this, args| {
        Ok(Val::Bool(this_date(this) < date_argument(args)?))
    }),
    Method::new("isEqual", &[ChronoLocalDate], "boolean", |_, this, args| {
        Ok(Val::Bool(this_date(this) == date_argument(args)?))
    }),
    Method::new("compareTo", &[ChronoLocalDate], "int", |_, this, args| {
        Ok(Val::Int(difference(this_date(this), date_argument(args)?)))
    }),
    Method::new("until", &[Ty::Temporal, Ty::TemporalUnit], "long", |_, this, args| {
        until(this, args.get(0), unit(args, 1)?)
    }),
    Method::new("isSupported", &[Ty::TemporalUnit], "boolean", |_, _, args| {
        let unit = unit(args, 0)?;
        Ok(Val::Bool(!unit.is_time() && unit != Unit::Forever))
    }),
    Method::new("atStartOfDay", &[], "LocalDateTime", |_, this, _| {
        Ok(Val::LocalDateTime(this_date(this).at(0, 0, 0, 0)))
    }),
    Method::new("atTime", &[Int, Int], "LocalDateTime", |_, this, args| at_time(this, args, 2)),
    Method::new("atTime", &[Int, Int, Int], "LocalDateTime", |_, this, args| at_time(this, args, 3)),
    Method::new("atTime", &[Int, Int, Int, Int], "LocalDateTime", |_, this, args| at_time(this, args, 4)),
];

fn date_argument(args: Args<'_, '_>) -> Eval<Date> {
    match args.get(0) {
        Val::LocalDate(date) => Ok(*date),
        _ => Err(super::method::null_pointer()),
    }
}

const MOVING: &[Method] = &[
    Method::new("plus", &[Long, Ty::TemporalUnit], "LocalDate", |_, this, args| by_unit(this, args, 1)),
    Method::new("minus", &[Long, Ty::TemporalUnit], "LocalDate", |_, this, args| by_unit(this, args, -1)),
    Method::new("plusDays", &[Long], "LocalDate", |_, this, args| moved(this, args, 1, plus_days)),
    Method::new("minusDays", &[Long], "LocalDate", |_, this, args| moved(this, args, -1, plus_days)),
    Method::new("plusWeeks", &[Long], "LocalDate", |_, this, args| moved(this, args, 1, weeks)),
    Method::new("minusWeeks", &[Long], "LocalDate", |_, this, args| moved(this, args, -1, weeks)),
    Method::new("plusMonths", &[Long], "LocalDate", |_, this, args| moved(this, args, 1, plus_months)),
    Method::new("minusMonths", &[Long], "LocalDate", |_, this, args| moved(this, args, -1, plus_months)),
    Method::new("plusYears", &[Long], "LocalDate", |_, this, args| moved(this, args, 1, years)),
    Method::new("minusYears", &[Long], "LocalDate", |_, this, args| moved(this, args, -1, years)),
    Method::new("with", &[Ty::TemporalAdjuster], "LocalDate", |_, this, args| {
        adjusted(this_date(this), args.get(0)).map(Val::LocalDate)
    }),
    Method::new("withDayOfMonth", &[Int], "LocalDate", |_, this, args| {
        let date = this_date(this);
        checked_date(date.year().into(), date.month().into(), args.int(0)?.into()).map(Val::LocalDate)
    }),
    Method::new("withDayOfYear", &[Int], "LocalDate", |_, this, args| {
        of_year_day(this_date(this).year().into(), args.int(0)?)
    }),
    Method::new("withMonth", &[Int], "LocalDate", |_, this, args| {
        let date = this_date(this);
        with_month(date, args.int(0)?).map(Val::LocalDate)
    }),
    Method::new("withYear", &[Int], "LocalDate", |_, this, args| {
        let date = this_date(this);
        clamped(args.int(0)?.into(), date.month().into(), date.day()).map(Val::LocalDate)
    }),
];

/// Another month, the day clamped to it.
pub(super) fn with_month(date: Date, month: i32) -> Eval<Date> {
    if !(1..=12).contains(&month) {
        return Err(date_time(format!("Invalid value for MonthOfYear (valid values 1 - 12): {month}")));
    }
    clamped(date.year().into(), month.into(), date.day())
}

const STATIC: &[Method] = &[
    Method::fixed("now", &[], "LocalDate", |eval, _, args| today(eval, args)),
    Method::fixed("now", &[Ty::ZoneId], "LocalDate", |eval, _, args| today(eval, args)),
    Method::fixed("of", &[Int, Int, Int], "LocalDate", |_, _, args| of(args)),
    Method::fixed("of", &[Int, Ty::Month, Int], "LocalDate", |_, _, args| {
        let month = super::local_date_time::month(args.get(1))?;
        checked_date(args.int(0)?.into(), month, args.int(2)?.into()).map(Val::LocalDate)
    }),
    Method::fixed("ofEpochDay", &[Long], "LocalDate", |_, _, args| of_epoch_day(args.long(0)?).map(Val::LocalDate)),
    Method::fixed("ofYearDay", &[Int, Int], "LocalDate", |_, _, args| of_year_day(args.int(0)?.into(), args.int(1)?)),
    Method::fixed("ofInstant", &[Ty::Instant, Ty::ZoneId], "LocalDate", |_, _, args| {
        super::local_date_time::of_instant(args).map(|moment| Val::LocalDate(moment.date()))
    }),
    Method::fixed("from", &[Ty::Temporal], "LocalDate", |_, _, args| match args.get(0) {
        Val::LocalDate(_) | Val::LocalDateTime(_) => Ok(Val::LocalDate(this_date(args.get(0)))),
        _ => Err(date_time("Unable to obtain LocalDate from TemporalAccessor")),
    }),
    Method::fixed("parse", &[Ty::Sequence], "LocalDate", |_, _, args| {
        let text = args.text(0)?;
        calendar::parse_date(text).map(Val::LocalDate).ok_or_else(|| calendar::unparseable(text))
    }),
];
