//! `java.util.Date`.
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::date_format::DateFormat;
use super::object::COMMON;
use super::{Args, Method};
use crate::calendar::{self, DAY};
use crate::convert::Ty;
use crate::error::{Eval, Fault, illegal_argument};
use crate::eval::Evaluator;
use crate::value::{Instant, Val};

fn millis(this: &Val<'_>) -> i64 {
    match this {
        Val::Date(millis) => *millis,
        _ => 0,
    }
}

fn other(args: Args<'_, '_>) -> Eval<i64> {
    match args.get(0) {
        Val::Date(millis) => Ok(*millis),
        _ => Err(super::method::null_pointer()),
    }
}

/// `Date.toString`.
pub(crate) fn text(millis: i64, zone: &TimeZone) -> String {
    let format = DateFormat::parse("EEE MMM dd HH:mm:ss zzz yyyy");
    format.and_then(|format| format.format(millis, zone)).unwrap_or_else(|_| format!("{millis} ms since 1970"))
}

/// The forms that people write: what `Date(String)` takes of them.
pub(crate) fn parse(text: &str) -> Eval<i64> {
    const FORMS: [&str; 12] = [
        "EEE MMM dd HH:mm:ss zzz yyyy",
        "EEE, dd MMM yyyy HH:mm:ss zzz",
        "dd MMM yyyy HH:mm:ss zzz",
        "dd MMM yyyy HH:mm:ss",
        "dd MMM yyyy",
        "MMM dd yyyy HH:mm:ss",
        "MMM dd, yyyy HH:mm:ss",
        "MMM dd yyyy",
        "MMM dd, yyyy",
        "MM/dd/yyyy HH:mm:ss",
        "MM/dd/yyyy HH:mm",
        "MM/dd/yyyy",
    ];
    for form in FORMS {
        let parsed = DateFormat::parse(form)?.read(text, &TimeZone::UTC, 0);
        if let Some((millis, end)) = parsed
            && end == text.len()
        {
            return Ok(millis);
        }
    }
    Err(illegal_argument(format!("'{text}' is no date that Date(String) reads")))
}

fn local(eval: &Evaluator<'_>, this: &Val<'_>) -> Eval<DateTime> {
    calendar::local(Instant::of_millis(millis(this)), &eval.options.environment.zone)
}

fn int<'a>(value: impl Into<i32>) -> Eval<Val<'a>> {
    Ok(Val::Int(value.into()))
}

/// Milliseconds of parts that may be out of their range, as the old constructors take them.
fn of_parts(args: Args<'_, '_>, zone: &TimeZone) -> Eval<i64> {
    let part = |index: usize| {
        if index < args.0.len() { args.int(index).map(i64::from) } else { Ok(0) }
    };
    let months = (part(0)? + 1_900) * 12 + part(1)?;
    let first = calendar::checked_date(months.div_euclid(12), months.rem_euclid(12) + 1, 1)?;
    let day = calendar::plus_days(first, part(2)? - 1)?;
    let seconds = part(3)? * 3_600 + part(4)? * 60 + part(5)?;
    let nanos = i128::from(calendar::epoch_day(day)) * DAY + i128::from(seconds) * calendar::SECOND;
    let moment = calendar::of_nanos(nanos)?;
    calendar::instant_of(moment, zone)?.millis().ok_or_else(|| calendar::date_time("too far away"))
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("getTime", &[], "long", |_, this, _| Ok(Val::Long(millis(this)))),
        Method::new("before", &[Ty::Date], "boolean", |_, this, args| Ok(Val::Bool(millis(this) < other(args)?))),
        Method::new("after", &[Ty::Date], "boolean", |_, this, args| Ok(Val::Bool(millis(this) > other(args)?))),
        Method::new("compareTo", &[Ty::Date], "int", |_, this, args| int(millis(this).cmp(&other(args)?) as i32)),
        Method::new("toInstant", &[], "Instant", |_, this, _| Ok(Val::Instant(Instant::of_millis(millis(this))))),
        Method::new("getYear", &[], "int", |eval, this, _| int(i32::from(local(eval, this)?.year()) - 1_900)),
        Method::new("getMonth", &[], "int", |eval, this, _| int(i32::from(local(eval, this)?.month()) - 1)),
        Method::new("getDate", &[], "int", |eval, this, _| int(local(eval, this)?.day())),
        Method::new("getDay", &[], "int", |eval, this, _| int(local(eval, this)?.weekday().to_sunday_zero_offset())),
        Method::new("getHours", &[], "int", |eval, this, _| int(local(eval, this)?.hour())),
        Method::new("getMinutes", &[], "int", |eval, this, _| int(local(eval, this)?.minute())),
        Method::new("getSeconds", &[], "int", |eval, this, _| int(local(eval, this)?.second())),
        Method::new("getTimezoneOffset", &[], "int", |eval, this, _| {
            let utc = calendar::nanos(calendar::local(Instant::of_millis(millis(this)), &TimeZone::UTC)?);
            let here = calendar::nanos(local(eval, this)?);
            int(i32::try_from((utc - here) / (60 * calendar::SECOND)).unwrap_or(0))
        }),
        Method::new("toGMTString", &[], "String", |_, this, _| {
            DateFormat::parse("d MMM yyyy HH:mm:ss 'GMT'")?.format(millis(this), &TimeZone::UTC).map(Val::text)
        }),
        Method::new("toLocaleString", &[], "String", |eval, this, _| {
            let zone = &eval.options.environment.zone;
            DateFormat::parse("MMM d, yyyy, h:mm:ss a")?.format(millis(this), zone).map(Val::text)
        }),
        Method::fixed("UTC", &[Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int], "long", |_, _, args| {
            of_parts(args, &TimeZone::UTC).map(Val::Long)
        }),
        Method::fixed("from", &[Ty::Instant], "Date", |_, _, args| match args.get(0) {
            Val::Instant(instant) => instant.millis().map(Val::Date).ok_or_else(|| illegal_argument("long overflow")),
            _ => Err(super::method::null_pointer()),
        }),
        Method::fixed("parse", &[Ty::Text], "long", |_, _, args| parse(args.text(0)?).map(Val::Long)),
    ],
    SETTERS,
];

/// Setters are void and change nothing: values are never changed.
const SETTERS: &[Method] = &[
    Method::new("setTime", &[Ty::Long], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setYear", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setMonth", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setDate", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setHours", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setMinutes", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
    Method::new("setSeconds", &[Ty::Int], "void", |_, _, _| Ok(Val::Null)),
];

fn at_parts<'a>(eval: &mut Evaluator<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let zone = eval.options.environment.zone.clone();
    of_parts(args, &zone).map(Val::Date)
}

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[], |eval, _, _| Ok(Val::Date(eval.options.environment.now))),
    Method::constructor(&[Ty::Text], |_, _, args| match args.get(0) {
        Val::Null => Err(Fault::java("java.lang.IllegalArgumentException", "null")),
        _ => parse(args.text(0)?).map(Val::Date),
    }),
    Method::constructor(&[Ty::Long], |_, _, args| Ok(Val::Date(args.long(0)?))),
    Method::constructor(&[Ty::Int, Ty::Int, Ty::Int], |eval, _, args| at_parts(eval, args)),
    Method::constructor(&[Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int], |eval, _, args| at_parts(eval, args)),
    Method::constructor(&[Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int, Ty::Int], |eval, _, args| at_parts(eval, args)),
];
