//! `java.time.Instant`.
use super::chrono_unit::{Unit, unit, unsupported, until};
use super::object::COMMON;
use super::{Args, Method};
use crate::calendar::{self, DAY, SECOND, date_time, instant_of_nanos, nanos_of_instant};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::value::{Instant, Val};

use Ty::Long;

fn this_instant(this: &Val<'_>) -> Instant {
    match this {
        Val::Instant(instant) => *instant,
        _ => Instant { seconds: 0, nanos: 0 },
    }
}

fn other(args: Args<'_, '_>) -> Eval<Instant> {
    match args.get(0) {
        Val::Instant(instant) => Ok(*instant),
        _ => Err(super::method::null_pointer()),
    }
}

fn moved<'a>(this: &Val<'a>, amount: i64, length: i128) -> Eval<Val<'a>> {
    instant_of_nanos(nanos_of_instant(this_instant(this)) + i128::from(amount) * length).map(Val::Instant)
}

fn by_unit<'a>(this: &Val<'a>, args: Args<'_, 'a>, sign: i64) -> Eval<Val<'a>> {
    let unit = unit(args, 1)?;
    let length = unit.nanos().filter(|_| unit <= Unit::Days).ok_or_else(|| unsupported(unit))?;
    moved(this, args.long(0)?.saturating_mul(sign), length)
}

fn truncated<'a>(this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let unit = unit(args, 0)?;
    let length = unit.nanos().filter(|length| DAY % length == 0).ok_or_else(|| unsupported(unit))?;
    let nanos = nanos_of_instant(this_instant(this));
    instant_of_nanos(nanos - nanos.rem_euclid(length)).map(Val::Instant)
}

/// `2024-01-31T10:15:30Z`; offsets are accepted.
fn parse(text: &str) -> Option<Instant> {
    let at = text.rfind(['Z', 'z', '+']).or_else(|| text.rfind('-').filter(|at| *at > 10))?;
    let (local, zone) = text.split_at(at);
    let moment = calendar::parse_date_time(local)?;
    let offset = if zone.eq_ignore_ascii_case("z") { calendar::offset("Z")? } else { calendar::offset(zone)? };
    instant_of_nanos(calendar::nanos(moment) - i128::from(offset.seconds()) * SECOND).ok()
}

fn long_overflow() -> Box<Fault> {
    Fault::java("java.lang.ArithmeticException", "long overflow")
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("toEpochMilli", &[], "long", |_, this, _| {
            this_instant(this).millis().map(Val::Long).ok_or_else(long_overflow)
        }),
        Method::new("getEpochSecond", &[], "long", |_, this, _| Ok(Val::Long(this_instant(this).seconds))),
        Method::new("getNano", &[], "int", |_, this, _| {
            Ok(Val::Int(i32::try_from(this_instant(this).nanos).unwrap_or(0)))
        }),
        Method::new("isAfter", &[Ty::Instant], "boolean", |_, this, args| {
            Ok(Val::Bool(this_instant(this) > other(args)?))
        }),
        Method::new("isBefore", &[Ty::Instant], "boolean", |_, this, args| {
            Ok(Val::Bool(this_instant(this) < other(args)?))
        }),
        Method::new("compareTo", &[Ty::Instant], "int", |_, this, args| {
            let (a, b) = (this_instant(this), other(args)?);
            let nanos = i64::from(a.nanos) - i64::from(b.nanos);
            let difference = if a.seconds == b.seconds { nanos } else { a.seconds.cmp(&b.seconds) as i64 };
            Ok(Val::Int(i32::try_from(difference).unwrap_or(0)))
        }),
        Method::new("plus", &[Long, Ty::TemporalUnit], "Instant", |_, this, args| by_unit(this, args, 1)),
        Method::new("minus", &[Long, Ty::TemporalUnit], "Instant", |_, this, args| by_unit(this, args, -1)),
        Method::new("plusNanos", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, 1)),
        Method::new("minusNanos", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, -1)),
        Method::new("plusMillis", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, 1_000_000)),
        Method::new("minusMillis", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, -1_000_000)),
        Method::new("plusSeconds", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, SECOND)),
        Method::new("minusSeconds", &[Long], "Instant", |_, this, args| moved(this, args.long(0)?, -SECOND)),
        Method::new("truncatedTo", &[Ty::TemporalUnit], "Instant", |_, this, args| truncated(this, args)),
        Method::new("until", &[Ty::Temporal, Ty::TemporalUnit], "long", |_, this, args| {
            until(this, args.get(0), unit(args, 1)?)
        }),
        Method::new("isSupported", &[Ty::TemporalUnit], "boolean", |_, _, args| {
            Ok(Val::Bool(unit(args, 0)? <= Unit::Days))
        }),
        Method::fixed("now", &[], "Instant", |eval, _, _| {
            Ok(Val::Instant(Instant::of_millis(eval.options.environment.now)))
        }),
        Method::fixed("ofEpochMilli", &[Long], "Instant", |_, _, args| {
            Ok(Val::Instant(Instant::of_millis(args.long(0)?)))
        }),
        Method::fixed("ofEpochSecond", &[Long], "Instant", |_, _, args| {
            instant_of_nanos(i128::from(args.long(0)?) * SECOND).map(Val::Instant)
        }),
        Method::fixed("ofEpochSecond", &[Long, Long], "Instant", |_, _, args| {
            let nanos = i128::from(args.long(0)?) * SECOND + i128::from(args.long(1)?);
            instant_of_nanos(nanos).map(Val::Instant)
        }),
        Method::fixed("from", &[Ty::Temporal], "Instant", |_, _, args| match args.get(0) {
            Val::Instant(instant) => Ok(Val::Instant(*instant)),
            _ => Err(date_time("Unable to obtain Instant from TemporalAccessor")),
        }),
        Method::fixed("parse", &[Ty::Sequence], "Instant", |_, _, args| {
            let text = args.text(0)?;
            parse(text).map(Val::Instant).ok_or_else(|| calendar::unparseable(text))
        }),
    ],
];
