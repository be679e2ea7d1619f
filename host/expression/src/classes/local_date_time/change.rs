//! Other dates and times from one.
use jiff::civil::{Date, DateTime};

use super::this_moment;
use crate::calendar::{self, DAY, SECOND, checked_date, clamped, date_time, plus_months};
use crate::classes::chrono_unit::{Unit, unit, unsupported};
use crate::classes::local_date::{adjusted, with_month};
use crate::classes::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::value::Val;

use Ty::{Int, Long};

fn by_nanos<'a>(this: &Val<'a>, amount: i64, length: i128) -> Eval<Val<'a>> {
    let moved = calendar::nanos(this_moment(this)) + i128::from(amount) * length;
    calendar::of_nanos(moved).map(Val::LocalDateTime)
}

fn by_months<'a>(this: &Val<'a>, amount: i64) -> Eval<Val<'a>> {
    let moment = this_moment(this);
    on_date(moment, plus_months(moment.date(), amount)?)
}

fn on_date<'a>(moment: DateTime, date: Date) -> Eval<Val<'a>> {
    Ok(Val::LocalDateTime(date.to_datetime(moment.time())))
}

fn by_unit<'a>(this: &Val<'a>, args: Args<'_, 'a>, sign: i64) -> Eval<Val<'a>> {
    let unit = unit(args, 1)?;
    let amount = args.long(0)?.saturating_mul(sign);
    match (unit.nanos(), unit.months()) {
        (Some(length), _) => by_nanos(this, amount, length),
        (_, Some(months)) => by_months(this, amount.saturating_mul(months)),
        _ => Err(unsupported(unit)),
    }
}

fn moved<'a>(this: &Val<'a>, args: Args<'_, 'a>, sign: i64, unit: Unit) -> Eval<Val<'a>> {
    let amount = args.long(0)?.saturating_mul(sign);
    match unit.nanos() {
        Some(length) => by_nanos(this, amount, length),
        None => by_months(this, amount.saturating_mul(unit.months().unwrap_or(1))),
    }
}

/// One part of the time replaced.
fn with_time<'a>(this: &Val<'a>, args: Args<'_, 'a>, part: Unit) -> Eval<Val<'a>> {
    let moment = this_moment(this);
    let value = args.int(0)?;
    let small = i8::try_from(value).unwrap_or(-1);
    let builder = match part {
        Unit::Hours => moment.with().hour(small),
        Unit::Minutes => moment.with().minute(small),
        Unit::Seconds => moment.with().second(small),
        _ => moment.with().subsec_nanosecond(value),
    };
    builder
        .build()
        .map(Val::LocalDateTime)
        .map_err(|_| date_time(format!("Invalid value for {}: {value}", part.text())))
}

fn truncated<'a>(this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let unit = unit(args, 0)?;
    let length = unit.nanos().filter(|length| DAY % length == 0).ok_or_else(|| unsupported(unit))?;
    let nanos = calendar::nanos(this_moment(this));
    calendar::of_nanos(nanos - nanos.rem_euclid(length)).map(Val::LocalDateTime)
}

pub(super) const METHODS: &[Method] = &[
    Method::new("plus", &[Long, Ty::TemporalUnit], "LocalDateTime", |_, this, args| by_unit(this, args, 1)),
    Method::new("minus", &[Long, Ty::TemporalUnit], "LocalDateTime", |_, this, args| by_unit(this, args, -1)),
    Method::new("plusNanos", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Nanos)),
    Method::new("minusNanos", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Nanos)),
    Method::new("plusSeconds", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Seconds)),
    Method::new("minusSeconds", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Seconds)),
    Method::new("plusMinutes", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Minutes)),
    Method::new("minusMinutes", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Minutes)),
    Method::new("plusHours", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Hours)),
    Method::new("minusHours", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Hours)),
    Method::new("plusDays", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Days)),
    Method::new("minusDays", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Days)),
    Method::new("plusWeeks", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Weeks)),
    Method::new("minusWeeks", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Weeks)),
    Method::new("plusMonths", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Months)),
    Method::new("minusMonths", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Months)),
    Method::new("plusYears", &[Long], "LocalDateTime", |_, this, args| moved(this, args, 1, Unit::Years)),
    Method::new("minusYears", &[Long], "LocalDateTime", |_, this, args| moved(this, args, -1, Unit::Years)),
    Method::new("truncatedTo", &[Ty::TemporalUnit], "LocalDateTime", |_, this, args| truncated(this, args)),
    Method::new("with", &[Ty::TemporalAdjuster], "LocalDateTime", |_, this, args| match args.get(0) {
        Val::LocalDateTime(other) => Ok(Val::LocalDateTime(*other)),
        by => {
            let moment = this_moment(this);
            on_date(moment, adjusted(moment.date(), by)?)
        }
    }),
    Method::new("withHour", &[Int], "LocalDateTime", |_, this, args| with_time(this, args, Unit::Hours)),
    Method::new("withMinute", &[Int], "LocalDateTime", |_, this, args| with_time(this, args, Unit::Minutes)),
    Method::new("withSecond", &[Int], "LocalDateTime", |_, this, args| with_time(this, args, Unit::Seconds)),
    Method::new("withNano", &[Int], "LocalDateTime", |_, this, args| with_time(this, args, Unit::Nanos)),
    Method::new("withDayOfMonth", &[Int], "LocalDateTime", |_, this, args| {
        let moment = this_moment(this);
        on_date(moment, checked_date(moment.year().into(), moment.month().into(), args.int(0)?.into())?)
    }),
    Method::new("withDayOfYear", &[Int], "LocalDateTime", |_, this, args| {
        let moment = this_moment(this);
        let day = args.int(0)?;
        if day < 1 || day > i32::from(moment.days_in_year()) {
            return Err(date_time(format!("Invalid date 'DayOfYear {day}'")));
        }
        let first = moment.date().first_of_year();
        on_date(moment, calendar::plus_days(first, i64::from(day) - 1)?)
    }),
    Method::new("withMonth", &[Int], "LocalDateTime", |_, this, args| {
        let moment = this_moment(this);
        on_date(moment, with_month(moment.date(), args.int(0)?)?)
    }),
    Method::new("withYear", &[Int], "LocalDateTime", |_, this, args| {
        let moment = this_moment(this);
        on_date(moment, clamped(args.int(0)?.into(), moment.month().into(), moment.day())?)
    }),
];

const _: () = assert!(DAY == 86_400 * SECOND);
