//! `java.time.DayOfWeek`.
use super::object::COMMON;
use super::{Args, Class, Method};
use crate::calendar::date_time;
use crate::convert::Ty;
use crate::error::{Eval, illegal_argument};
use crate::value::render::{day_name, day_names};
use crate::value::{Array, Val};

pub(crate) fn by_name(name: &str) -> Option<Val<'static>> {
    let at = day_names().iter().position(|known| *known == name)?;
    u8::try_from(at).ok().map(Val::DayOfWeek)
}

/// The day of a date.
pub(super) fn of<'a>(date: jiff::civil::Date) -> Val<'a> {
    Val::DayOfWeek(u8::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0))
}

fn number(this: &Val<'_>) -> i64 {
    match this {
        Val::DayOfWeek(day) => i64::from(*day),
        _ => 0,
    }
}

fn moved<'a>(this: &Val<'a>, days: i64) -> Eval<Val<'a>> {
    let day = (number(this) + days % 7).rem_euclid(7);
    Ok(Val::DayOfWeek(u8::try_from(day).unwrap_or(0)))
}

fn at<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let number = args.int(0)?;
    let day = u8::try_from(number - 1).ok().filter(|day| *day < 7);
    day.map(Val::DayOfWeek).ok_or_else(|| date_time(format!("Invalid value for DayOfWeek: {number}")))
}

fn int<'a>(value: i64) -> Val<'a> {
    Val::Int(i32::try_from(value).unwrap_or(0))
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("getValue", &[], "int", |_, this, _| Ok(int(number(this) + 1))),
        Method::new("ordinal", &[], "int", |_, this, _| Ok(int(number(this)))),
        Method::new("name", &[], "String", |_, this, _| {
            Ok(Val::borrowed(day_name(u8::try_from(number(this)).unwrap_or(0))))
        }),
        Method::new("plus", &[Ty::Long], "DayOfWeek", |_, this, args| moved(this, args.long(0)?)),
        Method::new("minus", &[Ty::Long], "DayOfWeek", |_, this, args| moved(this, -(args.long(0)? % 7))),
        Method::new("compareTo", &[Ty::DayOfWeek], "int", |_, this, args| Ok(int(number(this) - number(args.get(0))))),
        Method::fixed("of", &[Ty::Int], "DayOfWeek", |_, _, args| at(args)),
        Method::fixed("valueOf", &[Ty::Text], "DayOfWeek", |_, _, args| {
            let name = args.text(0)?;
            by_name(name).ok_or_else(|| illegal_argument(format!("No enum constant java.time.DayOfWeek.{name}")))
        }),
        Method::fixed("from", &[Ty::Temporal], "DayOfWeek", |_, _, args| match args.get(0) {
            Val::LocalDate(date) => Ok(of(*date)),
            Val::LocalDateTime(moment) => Ok(of(moment.date())),
            _ => Err(date_time("Unable to obtain DayOfWeek")),
        }),
        Method::fixed("values", &[], "DayOfWeek[]", |_, _, _| {
            Ok(Val::Array(Array::new(Class::DayOfWeek, (0..7).map(Val::DayOfWeek).collect())))
        }),
    ],
];
