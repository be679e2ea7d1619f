//! `java.lang.Double` and `java.lang.Float`.
use super::integer::NUMBER;
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::functions::numbers::{parse_double, parse_float};
use crate::value::Val;
use crate::value::number::{double_text, float_text};
use crate::value::order::java_double;

fn double<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let text = args.text(0)?;
    parse_double(text).map(Val::Double).ok_or_else(|| super::integer::not_a_number(text))
}

fn two<'a>(args: Args<'_, 'a>, join: fn(f64, f64) -> f64) -> Eval<Val<'a>> {
    Ok(Val::Double(join(args.double(0)?, args.double(1)?)))
}

fn is<'a>(args: Args<'_, 'a>, test: fn(f64) -> bool) -> Eval<Val<'a>> {
    Ok(Val::Bool(test(args.double(0)?)))
}

fn this_is<'a>(this: &Val<'a>, test: fn(f64) -> bool) -> Eval<Val<'a>> {
    Ok(Val::Bool(this.as_f64().is_some_and(test)))
}

pub(super) const DOUBLE: &[&[Method]] = &[
    COMMON,
    NUMBER,
    &[
        Method::new("compareTo", &[Ty::BoxedDouble], "int", |_, this, args| {
            Ok(Val::Int(java_double(this.as_f64().unwrap_or(0.0), args.double(0)?) as i32))
        }),
        Method::new("isNaN", &[], "boolean", |_, this, _| this_is(this, f64::is_nan)),
        Method::new("isInfinite", &[], "boolean", |_, this, _| this_is(this, f64::is_infinite)),
        Method::fixed("compare", &[Ty::Double, Ty::Double], "int", |_, _, args| {
            Ok(Val::Int(java_double(args.double(0)?, args.double(1)?) as i32))
        }),
        Method::fixed("doubleToLongBits", &[Ty::Double], "long", |_, _, args| {
            Ok(Val::Long(args.double(0)?.to_bits().cast_signed()))
        }),
        Method::fixed("longBitsToDouble", &[Ty::Long], "double", |_, _, args| {
            Ok(Val::Double(f64::from_bits(args.long(0)?.cast_unsigned())))
        }),
        Method::fixed("hashCode", &[Ty::Double], "int", |_, _, args| {
            Ok(Val::Int(Val::Double(args.double(0)?).java_hash()))
        }),
        Method::fixed("isFinite", &[Ty::Double], "boolean", |_, _, args| is(args, f64::is_finite)),
        Method::fixed("isInfinite", &[Ty::Double], "boolean", |_, _, args| is(args, f64::is_infinite)),
        Method::fixed("isNaN", &[Ty::Double], "boolean", |_, _, args| is(args, f64::is_nan)),
        Method::fixed("max", &[Ty::Double, Ty::Double], "double", |_, _, args| two(args, super::math::max)),
        Method::fixed("min", &[Ty::Double, Ty::Double], "double", |_, _, args| two(args, super::math::min)),
        Method::fixed("parseDouble", &[Ty::Text], "double", |_, _, args| double(args)),
        Method::fixed("sum", &[Ty::Double, Ty::Double], "double", |_, _, args| two(args, |a, b| a + b)),
        Method::fixed("toString", &[Ty::Double], "String", |_, _, args| Ok(Val::text(double_text(args.double(0)?)))),
        Method::fixed("valueOf", &[Ty::Double], "Double", |_, _, args| Ok(Val::Double(args.double(0)?))),
        Method::fixed("valueOf", &[Ty::Text], "Double", |_, _, args| double(args)),
    ],
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[Ty::Double], |_, _, args| Ok(Val::Double(args.double(0)?))),
    Method::constructor(&[Ty::Text], |_, _, args| double(args)),
];

pub(super) const FLOAT: &[&[Method]] = &[
    COMMON,
    NUMBER,
    &[
        Method::new("compareTo", &[Ty::BoxedFloat], "int", |_, this, args| {
            Ok(Val::Int(java_double(this.as_f64().unwrap_or(0.0), args.float(0)?.into()) as i32))
        }),
        Method::new("isNaN", &[], "boolean", |_, this, _| this_is(this, f64::is_nan)),
        Method::new("isInfinite", &[], "boolean", |_, this, _| this_is(this, f64::is_infinite)),
        Method::fixed("compare", &[Ty::Float, Ty::Float], "int", |_, _, args| {
            Ok(Val::Int(java_double(args.float(0)?.into(), args.float(1)?.into()) as i32))
        }),
        Method::fixed("parseFloat", &[Ty::Text], "float", |_, _, args| {
            let text = args.text(0)?;
            parse_float(text).map(Val::Float).ok_or_else(|| super::integer::not_a_number(text))
        }),
        Method::fixed("sum", &[Ty::Float, Ty::Float], "float", |_, _, args| {
            Ok(Val::Float(args.float(0)? + args.float(1)?))
        }),
        Method::fixed("toString", &[Ty::Float], "String", |_, _, args| Ok(Val::text(float_text(args.float(0)?)))),
    ],
];
