//! `java.lang.Integer`.
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::value::Val;

/// What `Integer.valueOf` says of a text that is no number.
pub(crate) fn not_a_number(text: &str) -> Box<Fault> {
    Fault::java("java.lang.NumberFormatException", format!("For input string: \"{text}\""))
}

/// A radix that Java knows.
pub(super) fn radix(args: Args<'_, '_>, index: usize) -> Eval<u32> {
    let radix = args.int(index)?;
    u32::try_from(radix)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| Fault::java("java.lang.NumberFormatException", format!("radix {radix} is not between 2 and 36")))
}

fn parsed<'a>(args: Args<'_, 'a>, radix: u32) -> Eval<Val<'a>> {
    let text = args
        .get(0)
        .as_str()
        .ok_or_else(|| Fault::java("java.lang.NumberFormatException", "Cannot parse null string"))?;
    i32::from_str_radix(text, radix).map(Val::Int).map_err(|_| not_a_number(text))
}

/// `decode`: a sign, then `0x`, `0X`, `#` or a leading `0` for the radix.
pub(super) fn decode(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    let hex = ["0x", "0X", "#"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (digits, radix) = match hex {
        Some(hex) => (hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    if digits.starts_with(['-', '+']) {
        return None;
    }
    i128::from_str_radix(digits, radix).ok().and_then(|value| i64::try_from(value * sign).ok())
}

/// Digits of a number in a radix.
pub(super) fn in_radix(value: i128, radix: u32) -> String {
    let mut left = value.unsigned_abs();
    let mut digits = Vec::new();
    while left > 0 || digits.is_empty() {
        let digit = u32::try_from(left % u128::from(radix)).unwrap_or(0);
        digits.push(char::from_digit(digit, radix).unwrap_or('0'));
        left /= u128::from(radix);
    }
    if value < 0 {
        digits.push('-');
    }
    digits.into_iter().rev().collect()
}

fn two<'a>(args: Args<'_, 'a>, join: fn(i32, i32) -> i32) -> Eval<Val<'a>> {
    Ok(Val::Int(join(args.int(0)?, args.int(1)?)))
}

fn one<'a>(args: Args<'_, 'a>, change: fn(i32) -> i32) -> Eval<Val<'a>> {
    Ok(Val::Int(change(args.int(0)?)))
}

/// Conversions that every number has.
pub(super) const NUMBER: &[Method] = &[
    Method::new("byteValue", &[], "byte", |_, this, _| {
        #[expect(clippy::cast_possible_truncation, reason = "Java narrows")]
        Ok(Val::Byte(this.as_i64().unwrap_or(0) as i8))
    }),
    Method::new("shortValue", &[], "short", |_, this, _| {
        #[expect(clippy::cast_possible_truncation, reason = "Java narrows")]
        Ok(Val::Short(this.as_i64().unwrap_or(0) as i16))
    }),
    Method::new("intValue", &[], "int", |_, this, _| Ok(Val::Int(this.as_i32().unwrap_or(0)))),
    Method::new("longValue", &[], "long", |_, this, _| Ok(Val::Long(this.as_i64().unwrap_or(0)))),
    Method::new("floatValue", &[], "float", |_, this, _| Ok(Val::Float(this.as_f32().unwrap_or(0.0)))),
    Method::new("doubleValue", &[], "double", |_, this, _| Ok(Val::Double(this.as_f64().unwrap_or(0.0)))),
];

pub(super) const METHODS: &[&[Method]] = &[COMMON, NUMBER, STATIC, BITS];

const STATIC: &[Method] = &[
    Method::new("compareTo", &[Ty::BoxedInt], "int", |_, this, args| {
        Ok(Val::Int(this.as_i32().unwrap_or(0).cmp(&args.int(0)?) as i32))
    }),
    Method::fixed("compare", &[Ty::Int, Ty::Int], "int", |_, _, args| two(args, |a, b| a.cmp(&b) as i32)),
    Method::fixed("compareUnsigned", &[Ty::Int, Ty::Int], "int", |_, _, args| {
        two(args, |a, b| a.cast_unsigned().cmp(&b.cast_unsigned()) as i32)
    }),
    Method::fixed("decode", &[Ty::Text], "Integer", |_, _, args| {
        let text = args.text(0)?;
        let value = decode(text).and_then(|value| i32::try_from(value).ok());
        value.map(Val::Int).ok_or_else(|| not_a_number(text))
    }),
    Method::fixed("hashCode", &[Ty::Int], "int", |_, _, args| one(args, |a| a)),
    Method::fixed("max", &[Ty::Int, Ty::Int], "int", |_, _, args| two(args, i32::max)),
    Method::fixed("min", &[Ty::Int, Ty::Int], "int", |_, _, args| two(args, i32::min)),
    Method::fixed("parseInt", &[Ty::Text], "int", |_, _, args| parsed(args, 10)),
    Method::fixed("parseInt", &[Ty::Text, Ty::Int], "int", |_, _, args| parsed(args, radix(args, 1)?)),
    Method::fixed("parseUnsignedInt", &[Ty::Text], "int", |_, _, args| {
        let text = args.text(0)?;
        text.parse::<u32>().map(|value| Val::Int(value.cast_signed())).map_err(|_| not_a_number(text))
    }),
    Method::fixed("parseUnsignedInt", &[Ty::Text, Ty::Int], "int", |_, _, args| {
        let text = args.text(0)?;
        let value = u32::from_str_radix(text, radix(args, 1)?);
        value.map(|value| Val::Int(value.cast_signed())).map_err(|_| not_a_number(text))
    }),
    Method::fixed("signum", &[Ty::Int], "int", |_, _, args| one(args, i32::signum)),
    Method::fixed("sum", &[Ty::Int, Ty::Int], "int", |_, _, args| two(args, i32::wrapping_add)),
    Method::fixed("toBinaryString", &[Ty::Int], "String", |_, _, args| Ok(Val::text(format!("{:b}", args.int(0)?)))),
    Method::fixed("toHexString", &[Ty::Int], "String", |_, _, args| Ok(Val::text(format!("{:x}", args.int(0)?)))),
    Method::fixed("toOctalString", &[Ty::Int], "String", |_, _, args| Ok(Val::text(format!("{:o}", args.int(0)?)))),
    Method::fixed("toString", &[Ty::Int], "String", |_, _, args| Ok(Val::text(args.int(0)?.to_string()))),
    Method::fixed("toString", &[Ty::Int, Ty::Int], "String", |_, _, args| {
        Ok(Val::text(in_radix(args.int(0)?.into(), radix(args, 1).unwrap_or(10))))
    }),
    Method::fixed("toUnsignedLong", &[Ty::Int], "long", |_, _, args| {
        Ok(Val::Long(args.int(0)?.cast_unsigned().into()))
    }),
    Method::fixed("toUnsignedString", &[Ty::Int], "String", |_, _, args| {
        Ok(Val::text(args.int(0)?.cast_unsigned().to_string()))
    }),
    Method::fixed("toUnsignedString", &[Ty::Int, Ty::Int], "String", |_, _, args| {
        Ok(Val::text(in_radix(args.int(0)?.cast_unsigned().into(), radix(args, 1).unwrap_or(10))))
    }),
    Method::fixed("valueOf", &[Ty::Int], "Integer", |_, _, args| one(args, |a| a)),
    Method::fixed("valueOf", &[Ty::Text], "Integer", |_, _, args| parsed(args, 10)),
    Method::fixed("valueOf", &[Ty::Text, Ty::Int], "Integer", |_, _, args| parsed(args, radix(args, 1)?)),
];

#[expect(clippy::cast_possible_wrap, reason = "counts of bits fit")]
const BITS: &[Method] = &[
    Method::fixed("bitCount", &[Ty::Int], "int", |_, _, args| one(args, |a| a.count_ones() as i32)),
    Method::fixed("divideUnsigned", &[Ty::Int, Ty::Int], "int", |_, _, args| {
        let divided = args.int(0)?.cast_unsigned().checked_div(args.int(1)?.cast_unsigned());
        divided.map(|value| Val::Int(value.cast_signed())).ok_or_else(by_zero)
    }),
    Method::fixed("remainderUnsigned", &[Ty::Int, Ty::Int], "int", |_, _, args| {
        let left = args.int(0)?.cast_unsigned().checked_rem(args.int(1)?.cast_unsigned());
        left.map(|value| Val::Int(value.cast_signed())).ok_or_else(by_zero)
    }),
    Method::fixed("highestOneBit", &[Ty::Int], "int", |_, _, args| {
        one(args, |a| if a == 0 { 0 } else { (1u32 << (31 - a.leading_zeros())).cast_signed() })
    }),
    Method::fixed("lowestOneBit", &[Ty::Int], "int", |_, _, args| one(args, |a| a & a.wrapping_neg())),
    Method::fixed("numberOfLeadingZeros", &[Ty::Int], "int", |_, _, args| one(args, |a| a.leading_zeros() as i32)),
    Method::fixed("numberOfTrailingZeros", &[Ty::Int], "int", |_, _, args| one(args, |a| a.trailing_zeros() as i32)),
    Method::fixed("reverse", &[Ty::Int], "int", |_, _, args| one(args, i32::reverse_bits)),
    Method::fixed("reverseBytes", &[Ty::Int], "int", |_, _, args| one(args, i32::swap_bytes)),
    Method::fixed("rotateLeft", &[Ty::Int, Ty::Int], "int", |_, _, args| {
        two(args, |a, b| a.rotate_left(b.rem_euclid(32).cast_unsigned()))
    }),
    Method::fixed("rotateRight", &[Ty::Int, Ty::Int], "int", |_, _, args| {
        two(args, |a, b| a.rotate_right(b.rem_euclid(32).cast_unsigned()))
    }),
];

/// Division by zero.
pub(super) fn by_zero() -> Box<Fault> {
    Fault::java("java.lang.ArithmeticException", "/ by zero")
}

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[Ty::Text], |_, _, args| parsed(args, 10)),
    Method::constructor(&[Ty::Int], |_, _, args| one(args, |a| a)),
];
