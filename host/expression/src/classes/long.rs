//! `java.lang.Long`.
use super::integer::{NUMBER, by_zero, decode, in_radix, not_a_number, radix};
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::value::Val;

fn parsed<'a>(args: Args<'_, 'a>, radix: u32) -> Eval<Val<'a>> {
    let text = args
        .get(0)
        .as_str()
        .ok_or_else(|| Fault::java("java.lang.NumberFormatException", "Cannot parse null string"))?;
    i64::from_str_radix(text, radix).map(Val::Long).map_err(|_| not_a_number(text))
}

fn two<'a>(args: Args<'_, 'a>, join: fn(i64, i64) -> i64) -> Eval<Val<'a>> {
    Ok(Val::Long(join(args.long(0)?, args.long(1)?)))
}

fn one<'a>(args: Args<'_, 'a>, change: fn(i64) -> i64) -> Eval<Val<'a>> {
    Ok(Val::Long(change(args.long(0)?)))
}

fn count<'a>(args: Args<'_, 'a>, count: fn(i64) -> u32) -> Eval<Val<'a>> {
    Ok(Val::Int(i32::try_from(count(args.long(0)?)).unwrap_or(0)))
}

pub(super) const METHODS: &[&[Method]] = &[COMMON, NUMBER, STATIC, BITS];

const STATIC: &[Method] = &[
    Method::new("compareTo", &[Ty::BoxedLong], "int", |_, this, args| {
        Ok(Val::Int(this.as_i64().unwrap_or(0).cmp(&args.long(0)?) as i32))
    }),
    Method::fixed("compare", &[Ty::Long, Ty::Long], "int", |_, _, args| {
        Ok(Val::Int(args.long(0)?.cmp(&args.long(1)?) as i32))
    }),
    Method::fixed("decode", &[Ty::Text], "Long", |_, _, args| {
        let text = args.text(0)?;
        decode(text).map(Val::Long).ok_or_else(|| not_a_number(text))
    }),
    Method::fixed("hashCode", &[Ty::Long], "int", |_, _, args| Ok(Val::Int(Val::Long(args.long(0)?).java_hash()))),
    Method::fixed("max", &[Ty::Long, Ty::Long], "long", |_, _, args| two(args, i64::max)),
    Method::fixed("min", &[Ty::Long, Ty::Long], "long", |_, _, args| two(args, i64::min)),
    Method::fixed("parseLong", &[Ty::Text], "long", |_, _, args| parsed(args, 10)),
    Method::fixed("parseLong", &[Ty::Text, Ty::Int], "long", |_, _, args| parsed(args, radix(args, 1)?)),
    Method::fixed("signum", &[Ty::Long], "int", |_, _, args| {
        Ok(Val::Int(i32::try_from(args.long(0)?.signum()).unwrap_or(0)))
    }),
    Method::fixed("sum", &[Ty::Long, Ty::Long], "long", |_, _, args| two(args, i64::wrapping_add)),
    Method::fixed("toBinaryString", &[Ty::Long], "String", |_, _, args| Ok(Val::text(format!("{:b}", args.long(0)?)))),
    Method::fixed("toHexString", &[Ty::Long], "String", |_, _, args| Ok(Val::text(format!("{:x}", args.long(0)?)))),
    Method::fixed("toOctalString", &[Ty::Long], "String", |_, _, args| Ok(Val::text(format!("{:o}", args.long(0)?)))),
    Method::fixed("toString", &[Ty::Long], "String", |_, _, args| Ok(Val::text(args.long(0)?.to_string()))),
    Method::fixed("toString", &[Ty::Long, Ty::Int], "String", |_, _, args| {
        Ok(Val::text(in_radix(args.long(0)?.into(), radix(args, 1).unwrap_or(10))))
    }),
    Method::fixed("toUnsignedString", &[Ty::Long], "String", |_, _, args| {
        Ok(Val::text(args.long(0)?.cast_unsigned().to_string()))
    }),
    Method::fixed("valueOf", &[Ty::Long], "Long", |_, _, args| one(args, |a| a)),
    Method::fixed("valueOf", &[Ty::Text], "Long", |_, _, args| parsed(args, 10)),
    Method::fixed("valueOf", &[Ty::Text, Ty::Int], "Long", |_, _, args| parsed(args, radix(args, 1)?)),
];

const BITS: &[Method] = &[
    Method::fixed("bitCount", &[Ty::Long], "int", |_, _, args| count(args, i64::count_ones)),
    Method::fixed("divideUnsigned", &[Ty::Long, Ty::Long], "long", |_, _, args| {
        let divided = args.long(0)?.cast_unsigned().checked_div(args.long(1)?.cast_unsigned());
        divided.map(|value| Val::Long(value.cast_signed())).ok_or_else(by_zero)
    }),
    Method::fixed("remainderUnsigned", &[Ty::Long, Ty::Long], "long", |_, _, args| {
        let left = args.long(0)?.cast_unsigned().checked_rem(args.long(1)?.cast_unsigned());
        left.map(|value| Val::Long(value.cast_signed())).ok_or_else(by_zero)
    }),
    Method::fixed("lowestOneBit", &[Ty::Long], "long", |_, _, args| one(args, |a| a & a.wrapping_neg())),
    Method::fixed("highestOneBit", &[Ty::Long], "long", |_, _, args| {
        one(args, |a| if a == 0 { 0 } else { (1u64 << (63 - a.leading_zeros())).cast_signed() })
    }),
    Method::fixed("numberOfLeadingZeros", &[Ty::Long], "int", |_, _, args| count(args, i64::leading_zeros)),
    Method::fixed("numberOfTrailingZeros", &[Ty::Long], "int", |_, _, args| count(args, i64::trailing_zeros)),
    Method::fixed("reverse", &[Ty::Long], "long", |_, _, args| one(args, i64::reverse_bits)),
    Method::fixed("reverseBytes", &[Ty::Long], "long", |_, _, args| one(args, i64::swap_bytes)),
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[Ty::Text], |_, _, args| parsed(args, 10)),
    Method::constructor(&[Ty::Long], |_, _, args| one(args, |a| a)),
];
