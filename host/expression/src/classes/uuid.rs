//! `java.util.UUID`.
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault, illegal_argument};
use crate::functions::md5;
use crate::value::Val;

/// `UUID.fromString`: five groups of hexadecimal digits, each cut to its width.
pub(crate) fn parse(text: &str) -> Eval<u128> {
    let bad = || illegal_argument(format!("Invalid UUID string: {text}"));
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != 5 || text.len() > 36 {
        return Err(bad());
    }
    let widths = [32, 16, 16, 16, 48];
    groups.iter().zip(widths).try_fold(0u128, |bits, (group, width)| {
        let digits = !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = if digits { u64::from_str_radix(group, 16).ok() } else { None };
        let value = value.ok_or_else(bad)? & ((1u64 << width) - 1);
        Ok((bits << width) | u128::from(value))
    })
}

/// Sets version and variant.
fn stamped<'a>(bits: u128, version: u128) -> Val<'a> {
    let bits = bits & !(0xF << 76) | (version << 76);
    Val::Uuid(Box::new(bits & !(0b11 << 62) | (0b10 << 62)))
}

fn bits(this: &Val<'_>) -> u128 {
    match this {
        Val::Uuid(bits) => **bits,
        _ => 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "halves of 128 bits")]
fn half<'a>(this: &Val<'a>, shift: u32) -> Eval<Val<'a>> {
    Ok(Val::Long(((bits(this) >> shift) as u64).cast_signed()))
}

fn named<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let bytes: Vec<u8> = args.elements(0)?.iter().filter_map(Val::as_byte).collect();
    Ok(stamped(u128::from_be_bytes(md5::digest(&bytes)), 3))
}

#[expect(clippy::cast_possible_truncation, reason = "parts of 128 bits")]
pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("compareTo", &[Ty::Uuid], "int", |_, this, args| {
            let order = crate::value::order::same_kind(this, args.get(0));
            order.map(|order| Val::Int(order as i32)).ok_or_else(super::method::null_pointer)
        }),
        Method::new("getMostSignificantBits", &[], "long", |_, this, _| half(this, 64)),
        Method::new("getLeastSignificantBits", &[], "long", |_, this, _| half(this, 0)),
        Method::new("version", &[], "int", |_, this, _| {
            Ok(Val::Int(i32::try_from((bits(this) >> 76) & 0xF).unwrap_or(0)))
        }),
        Method::new("variant", &[], "int", |_, this, _| {
            Ok(Val::Int(i32::try_from((bits(this) >> 62) & 3).unwrap_or(0)))
        }),
        Method::new("timestamp", &[], "long", |_, this, _| {
            time_based(this, |bits| {
                let (high, version) = ((bits >> 64) as u64, 0x0FFF);
                ((high & version) << 48) | ((high >> 16 & 0xFFFF) << 32) | (high >> 32)
            })
            .map(Val::Long)
        }),
        Method::new("clockSequence", &[], "int", |_, this, _| {
            let sequence = time_based(this, |bits| (bits >> 48) as u64 & 0x3FFF)?;
            Ok(Val::Int(i32::try_from(sequence).unwrap_or(0)))
        }),
        Method::new("node", &[], "long", |_, this, _| {
            time_based(this, |bits| bits as u64 & 0xFFFF_FFFF_FFFF).map(Val::Long)
        }),
        Method::fixed("fromString", &[Ty::Text], "UUID", |_, _, args| Ok(Val::Uuid(Box::new(parse(args.text(0)?)?)))),
        Method::fixed("nameUUIDFromBytes", &[Ty::Bytes], "UUID", |_, _, args| named(args)),
        Method::fixed("randomUUID", &[], "UUID", |eval, _, _| {
            Ok(stamped((u128::from(eval.draw()) << 64) | u128::from(eval.draw()), 4))
        }),
    ],
];

/// A part of a UUID of version 1.
fn time_based(this: &Val<'_>, part: fn(u128) -> u64) -> Eval<i64> {
    let bits = bits(this);
    if (bits >> 76) & 0xF == 1 {
        return Ok(part(bits).cast_signed());
    }
    Err(Fault::java("java.lang.UnsupportedOperationException", "Not a time-based UUID"))
}

pub(super) const CONSTRUCTORS: &[Method] = &[Method::constructor(&[Ty::Long, Ty::Long], |_, _, args| {
    let half = |index| args.long(index).map(|value| u128::from(value.cast_unsigned()));
    Ok(Val::Uuid(Box::new((half(0)? << 64) | half(1)?)))
})];
