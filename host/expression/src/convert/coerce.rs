//! A value made into what a parameter takes.
use std::borrow::Cow;

use super::text::unconvertible;
use super::{Fit, Ty, fit, to_text};
use crate::classes::{Class, chrono_unit, date, day_of_week, uuid};
use crate::error::{Code, Eval, Fault};
use crate::value::text::trim;
use crate::value::{Array, Instant, Val};

/// The value as the parameter takes it. Zones, locales and charsets stay text, checked where they are used.
///
/// # Errors
/// What has no conversion, or whose text does not read as the target.
pub(crate) fn coerce<'a>(value: &Val<'a>, target: Ty) -> Eval<Val<'a>> {
    match fit(value, target) {
        Fit::Exact | Fit::Close(_) => return Ok(value.clone()),
        Fit::No => return Err(unconvertible(value, target)),
        Fit::Convert => {}
    }
    match target {
        Ty::Text => return Ok(to_text(value)?.map_or(Val::Null, Val::text)),
        Ty::Collection => return Ok(to_collection(value)),
        Ty::Bytes => return to_array(value, Ty::Byte, Class::Byte),
        Ty::Chars => return to_array(value, Ty::Char, Class::Character),
        _ => {}
    }
    if let Some(items) = value.elements() {
        let converted = items.first().map_or(Ok(Val::Null), |first| coerce(first, target))?;
        return not_null(converted, value, target);
    }
    let converted = match target {
        Ty::Bool | Ty::BoxedBool => match value.as_str().map(boolean_text) {
            Some(Some(flag)) => flag.map_or(Val::Null, Val::Bool),
            _ => return Err(unconvertible(value, target)),
        },
        Ty::Char | Ty::BoxedChar => to_char(value, target)?,
        Ty::DayOfWeek => ordinal_or_name(value, target, day_of_week::by_name, |at| {
            u8::try_from(at).ok().filter(|day| *day < 7).map(Val::DayOfWeek)
        })?,
        Ty::ChronoUnit => ordinal_or_name(value, target, chrono_unit::by_name, chrono_unit::by_ordinal)?,
        Ty::Uuid => match value.as_str().map(trim) {
            Some("") => Val::Null,
            Some(text) => Val::Uuid(Box::new(uuid::parse(text)?)),
            None => return Err(unconvertible(value, target)),
        },
        Ty::Date => match value {
            Val::Instant(instant) => Val::Date(instant.millis().ok_or_else(|| unconvertible(value, target))?),
            _ => Val::Date(date::parse(value.as_str().unwrap_or_default())?),
        },
        Ty::Instant => match value {
            Val::Date(millis) => Val::Instant(Instant::of_millis(*millis)),
            _ => return Err(unconvertible(value, target)),
        },
        Ty::Month | Ty::ZoneId | Ty::ZoneOffset | Ty::TimeZone | Ty::Locale | Ty::Charset => value.clone(),
        _ => to_number(value, target)?,
    };
    not_null(converted, value, target)
}

fn not_null<'a>(converted: Val<'a>, value: &Val<'a>, target: Ty) -> Eval<Val<'a>> {
    if converted.is_null() && target.is_primitive() { Err(unconvertible(value, target)) } else { Ok(converted) }
}

/// `true on yes 1` and their opposites, in any case; blank is null (inner `None`), anything else no boolean.
fn boolean_text(text: &str) -> Option<Option<bool>> {
    match trim(text).to_ascii_lowercase().as_str() {
        "" => Some(None),
        "true" | "on" | "yes" | "1" => Some(Some(true)),
        "false" | "off" | "no" | "0" => Some(Some(false)),
        _ => None,
    }
}

/// An operand of `and`, `or`, `!` and `?` as a boolean (§5.5).
///
/// # Errors
/// Null, numbers and anything else that is neither boolean nor such a text.
pub(crate) fn to_boolean(value: &Val<'_>) -> Eval<bool> {
    let converted = match value {
        Val::Bool(flag) => Some(*flag),
        Val::Null => None,
        _ => match coerce(value, Ty::BoxedBool)? {
            Val::Bool(flag) => Some(flag),
            _ => None,
        },
    };
    converted.ok_or_else(|| {
        Fault::spel(Code::Conversion, 1001, "cannot convert null to a boolean: compare it with a value, or use '?:'")
    })
}

/// An index as an integer: `'1'`, `1L` and `1.9` all are 1.
///
/// # Errors
/// What does not convert.
pub(crate) fn to_index(value: &Val<'_>) -> Eval<i32> {
    let converted = coerce(value, Ty::Int)?;
    converted.as_i32().ok_or_else(|| unconvertible(value, Ty::Int))
}

fn to_char<'a>(value: &Val<'a>, target: Ty) -> Eval<Val<'a>> {
    if let Some(text) = value.as_str() {
        let mut units = text.encode_utf16();
        return match (units.next(), units.next()) {
            (None, _) => Ok(Val::Null),
            (Some(unit), None) => Ok(Val::Char(unit)),
            _ => Err(unconvertible(value, target)),
        };
    }
    let number = value.as_i64().ok_or_else(|| unconvertible(value, target))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Java casts a short to a char")]
    Ok(Val::Char(number as u16))
}

fn ordinal_or_name<'a>(
    value: &Val<'a>,
    target: Ty,
    by_name: fn(&str) -> Option<Val<'static>>,
    by_ordinal: fn(i32) -> Option<Val<'static>>,
) -> Eval<Val<'a>> {
    let found = match value {
        Val::Str(text) => by_name(trim(text.as_str())),
        _ => value.as_i32().and_then(by_ordinal),
    };
    found.ok_or_else(|| unconvertible(value, target))
}

fn to_collection<'a>(value: &Val<'a>) -> Val<'a> {
    match value {
        Val::Str(text) if text.as_str().is_empty() => Val::list(Vec::new()),
        Val::Str(text) => Val::list(text.as_str().split(',').map(|piece| Val::text(trim(piece))).collect()),
        _ => Val::list(value.elements().unwrap_or_else(|| vec![value.clone()])),
    }
}

fn to_array<'a>(value: &Val<'a>, item: Ty, element: Class) -> Eval<Val<'a>> {
    let items = to_collection(value).elements().unwrap_or_default();
    let items: Vec<Val<'a>> = items.iter().map(|value| coerce(value, item)).collect::<Eval<_>>()?;
    Ok(Val::Array(Array::of_primitives(element, items)))
}

/// Numbers from numbers, texts, characters and enums; what does not fit the target is an error.
fn to_number<'a>(value: &Val<'a>, target: Ty) -> Eval<Val<'a>> {
    let bad = || unconvertible(value, target);
    let source: Cow<'_, Val<'a>> = match value {
        Val::Str(text) if trim(text.as_str()).is_empty() => return Ok(Val::Null),
        Val::Str(text) => Cow::Owned(parse_number(trim(text.as_str()), target).ok_or_else(bad)?),
        Val::Char(unit) => Cow::Owned(Val::Int(i32::from(*unit))),
        Val::DayOfWeek(day) => Cow::Owned(Val::Int(i32::from(*day))),
        Val::ChronoUnit(unit) => Cow::Owned(Val::Int(unit.ordinal())),
        Val::Status(status) => Cow::Owned(Val::Int(*status as i32)),
        _ => Cow::Borrowed(value),
    };
    let real = matches!(*source, Val::Double(_) | Val::Float(_));
    let whole = if real { source.as_i64().map(i128::from) } else { source.as_i128() };
    let converted = match target {
        Ty::Double | Ty::BoxedDouble => source.as_f64().map(Val::Double),
        Ty::Float | Ty::BoxedFloat => source.as_f32().map(Val::Float),
        Ty::Long | Ty::BoxedLong => whole.and_then(|whole| i64::try_from(whole).ok()).map(Val::Long),
        Ty::Byte | Ty::BoxedByte => whole.and_then(|whole| i8::try_from(whole).ok()).map(Val::Byte),
        _ => whole.and_then(|whole| i32::try_from(whole).ok()).map(Val::Int),
    };
    converted.ok_or_else(bad)
}

/// Spring's number texts: decimal, or hexadecimal with `0x` or `#`.
fn parse_number<'a>(text: &str, target: Ty) -> Option<Val<'a>> {
    match target {
        Ty::Double | Ty::BoxedDouble => crate::functions::numbers::parse_double(text).map(Val::Double),
        Ty::Float | Ty::BoxedFloat => crate::functions::numbers::parse_float(text).map(Val::Float),
        _ => {
            let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
            let hex = ["0x", "0X", "#"].iter().find_map(|prefix| digits.strip_prefix(prefix));
            let number = match hex {
                Some(hex) => i64::from_str_radix(hex, 16).ok()?.checked_mul(sign)?,
                None => text.parse::<i64>().ok()?,
            };
            Some(Val::Long(number))
        }
    }
}
