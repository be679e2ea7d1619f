//! `java.lang.Byte`, and what `Short` and `BigInteger` share.
use super::integer::{NUMBER, decode, not_a_number, radix};
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::value::Val;

fn parsed<'a>(args: Args<'_, 'a>, radix: u32) -> Eval<Val<'a>> {
    let text = args.text(0)?;
    i8::from_str_radix(text, radix).map(Val::Byte).map_err(|_| not_a_number(text))
}

fn byte(args: Args<'_, '_>, index: usize) -> i8 {
    args.get(index).as_byte().unwrap_or(0).cast_signed()
}

pub(super) const BYTE: &[&[Method]] = &[
    COMMON,
    NUMBER,
    &[
        Method::new("compareTo", &[Ty::BoxedByte], "int", |_, this, args| {
            Ok(Val::Int(this.as_i32().unwrap_or(0) - i32::from(byte(args, 0))))
        }),
        Method::fixed("compare", &[Ty::Byte, Ty::Byte], "int", |_, _, args| {
            Ok(Val::Int(i32::from(byte(args, 0)) - i32::from(byte(args, 1))))
        }),
        Method::fixed("decode", &[Ty::Text], "Byte", |_, _, args| {
            let text = args.text(0)?;
            let value = decode(text).and_then(|value| i8::try_from(value).ok());
            value.map(Val::Byte).ok_or_else(|| not_a_number(text))
        }),
        Method::fixed("hashCode", &[Ty::Byte], "int", |_, _, args| Ok(Val::Int(byte(args, 0).into()))),
        Method::fixed("parseByte", &[Ty::Text], "byte", |_, _, args| parsed(args, 10)),
        Method::fixed("parseByte", &[Ty::Text, Ty::Int], "byte", |_, _, args| parsed(args, radix(args, 1)?)),
        Method::fixed("toString", &[Ty::Byte], "String", |_, _, args| Ok(Val::text(byte(args, 0).to_string()))),
        Method::fixed("toUnsignedInt", &[Ty::Byte], "int", |_, _, args| {
            Ok(Val::Int(byte(args, 0).cast_unsigned().into()))
        }),
        Method::fixed("toUnsignedLong", &[Ty::Byte], "long", |_, _, args| {
            Ok(Val::Long(byte(args, 0).cast_unsigned().into()))
        }),
        Method::fixed("valueOf", &[Ty::Byte], "Byte", |_, _, args| Ok(Val::Byte(byte(args, 0)))),
        Method::fixed("valueOf", &[Ty::Text], "Byte", |_, _, args| parsed(args, 10)),
        Method::fixed("valueOf", &[Ty::Text, Ty::Int], "Byte", |_, _, args| parsed(args, radix(args, 1)?)),
    ],
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[Ty::Byte], |_, _, args| Ok(Val::Byte(byte(args, 0)))),
    Method::constructor(&[Ty::Text], |_, _, args| parsed(args, 10)),
];

pub(super) const OTHER: &[&[Method]] = &[
    COMMON,
    NUMBER,
    &[
        Method::new("signum", &[], "int", |_, this, _| {
            Ok(Val::Int(i32::try_from(this.as_i128().unwrap_or(0).signum()).unwrap_or(0)))
        }),
        Method::new("toString", &[Ty::Int], "String", |_, this, args| {
            let radix = radix(args, 0).unwrap_or(10);
            Ok(Val::text(super::integer::in_radix(this.as_i128().unwrap_or(0), radix)))
        }),
    ],
];
