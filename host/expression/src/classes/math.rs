//! `java.lang.Math`.
use super::object::PLAIN;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::value::Val;

use Ty::{Double, Float, Int, Long};

/// `Math.max`: NaN wins, and 0.0 is above -0.0.
pub(super) fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 { if a.is_sign_negative() { b } else { a } } else { a.max(b) }
}

/// `Math.min`: NaN wins, and -0.0 is below 0.0.
pub(super) fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 { if a.is_sign_negative() { a } else { b } } else { a.min(b) }
}

fn real<'a>(args: Args<'_, 'a>, of: fn(f64) -> f64) -> Eval<Val<'a>> {
    Ok(Val::Double(of(args.double(0)?)))
}

fn reals<'a>(args: Args<'_, 'a>, of: fn(f64, f64) -> f64) -> Eval<Val<'a>> {
    Ok(Val::Double(of(args.double(0)?, args.double(1)?)))
}

#[expect(clippy::cast_possible_truncation, reason = "both operands were floats")]
fn floats<'a>(args: Args<'_, 'a>, of: fn(f64, f64) -> f64) -> Eval<Val<'a>> {
    Ok(Val::Float(of(args.float(0)?.into(), args.float(1)?.into()) as f32))
}

fn overflow(kind: &str) -> Box<Fault> {
    Fault::java("java.lang.ArithmeticException", format!("{kind} overflow"))
}

fn int<'a>(value: Option<i32>) -> Eval<Val<'a>> {
    value.map(Val::Int).ok_or_else(|| overflow("integer"))
}

fn long<'a>(value: Option<i64>) -> Eval<Val<'a>> {
    value.map(Val::Long).ok_or_else(|| overflow("long"))
}

fn int_exact<'a>(args: Args<'_, 'a>, of: fn(i32, i32) -> Option<i32>) -> Eval<Val<'a>> {
    int(of(args.int(0)?, args.int(1)?))
}

fn long_exact<'a>(args: Args<'_, 'a>, of: fn(i64, i64) -> Option<i64>) -> Eval<Val<'a>> {
    long(of(args.long(0)?, args.long(1)?))
}

fn floor_int<'a>(args: Args<'_, 'a>, of: fn(i32, i32) -> i32) -> Eval<Val<'a>> {
    match args.int(1)? {
        0 => Err(super::integer::by_zero()),
        divisor => Ok(Val::Int(of(args.int(0)?, divisor))),
    }
}

fn floor_long<'a>(args: Args<'_, 'a>, of: fn(i64, i64) -> i64) -> Eval<Val<'a>> {
    match args.long(1)? {
        0 => Err(super::integer::by_zero()),
        divisor => Ok(Val::Long(of(args.long(0)?, divisor))),
    }
}

fn floor_div(a: i64, b: i64) -> i64 {
    let quotient = a.wrapping_div(b);
    if (a < 0) != (b < 0) && quotient.wrapping_mul(b) != a { quotient - 1 } else { quotient }
}

#[expect(clippy::cast_possible_truncation, reason = "the quotient of two ints, wrapping as Java does")]
fn floor_div_int(a: i32, b: i32) -> i32 {
    floor_div(a.into(), b.into()) as i32
}

fn floor_mod(a: i64, b: i64) -> i64 {
    a.wrapping_sub(floor_div(a, b).wrapping_mul(b))
}

#[expect(clippy::cast_possible_truncation, reason = "below the divisor, which is an int")]
fn floor_mod_int(a: i32, b: i32) -> i32 {
    floor_mod(a.into(), b.into()) as i32
}

/// Halves go up, as `Math.round` has it.
#[expect(clippy::cast_possible_truncation, reason = "Java saturates")]
fn round(value: f64) -> i64 {
    let floor = value.floor();
    if value - floor >= 0.5 { (floor + 1.0) as i64 } else { floor as i64 }
}

pub(super) const METHODS: &[&[Method]] = &[PLAIN, OVERLOADED, FLOATS, EXACT, REAL];

const OVERLOADED: &[Method] = &[
    Method::fixed("abs", &[Int], "int", |_, _, args| Ok(Val::Int(args.int(0)?.wrapping_abs()))),
    Method::fixed("abs", &[Long], "long", |_, _, args| Ok(Val::Long(args.long(0)?.wrapping_abs()))),
    Method::fixed("abs", &[Float], "float", |_, _, args| Ok(Val::Float(args.float(0)?.abs()))),
    Method::fixed("abs", &[Double], "double", |_, _, args| real(args, f64::abs)),
    Method::fixed("max", &[Int, Int], "int", |_, _, args| int_exact(args, |a, b| Some(a.max(b)))),
    Method::fixed("max", &[Long, Long], "long", |_, _, args| long_exact(args, |a, b| Some(a.max(b)))),
    Method::fixed("max", &[Float, Float], "float", |_, _, args| floats(args, max)),
    Method::fixed("max", &[Double, Double], "double", |_, _, args| reals(args, max)),
    Method::fixed("min", &[Int, Int], "int", |_, _, args| int_exact(args, |a, b| Some(a.min(b)))),
    Method::fixed("min", &[Long, Long], "long", |_, _, args| long_exact(args, |a, b| Some(a.min(b)))),
    Method::fixed("min", &[Float, Float], "float", |_, _, args| floats(args, min)),
    Method::fixed("min", &[Double, Double], "double", |_, _, args| reals(args, min)),
    Method::fixed("round", &[Float], "int", |_, _, args| {
        let rounded = round(args.float(0)?.into()).clamp(i32::MIN.into(), i32::MAX.into());
        Ok(Val::Int(i32::try_from(rounded).unwrap_or(0)))
    }),
    Method::fixed("round", &[Double], "long", |_, _, args| Ok(Val::Long(round(args.double(0)?)))),
    Method::fixed("signum", &[Float], "float", |_, _, args| {
        let value = args.float(0)?;
        Ok(Val::Float(if value == 0.0 { value } else { value.signum() }))
    }),
    Method::fixed("signum", &[Double], "double", |_, _, args| {
        real(args, |value| if value == 0.0 { value } else { value.signum() })
    }),
    Method::fixed("copySign", &[Float, Float], "float", |_, _, args| floats(args, f64::copysign)),
    Method::fixed("copySign", &[Double, Double], "double", |_, _, args| reals(args, f64::copysign)),
];

const FLOATS: &[Method] = &[
    Method::fixed("fma", &[Float, Float, Float], "float", |_, _, args| {
        Ok(Val::Float(args.float(0)?.mul_add(args.float(1)?, args.float(2)?)))
    }),
    Method::fixed("nextDown", &[Float], "float", |_, _, args| Ok(Val::Float(args.float(0)?.next_down()))),
    Method::fixed("nextUp", &[Float], "float", |_, _, args| Ok(Val::Float(args.float(0)?.next_up()))),
    Method::fixed("ulp", &[Float], "float", |_, _, args| {
        let value = args.float(0)?.abs();
        Ok(Val::Float(value.next_up() - value))
    }),
];

const EXACT: &[Method] = &[
    Method::fixed("absExact", &[Int], "int", |_, _, args| int(args.int(0)?.checked_abs())),
    Method::fixed("absExact", &[Long], "long", |_, _, args| long(args.long(0)?.checked_abs())),
    Method::fixed("addExact", &[Int, Int], "int", |_, _, args| int_exact(args, i32::checked_add)),
    Method::fixed("addExact", &[Long, Long], "long", |_, _, args| long_exact(args, i64::checked_add)),
    Method::fixed("subtractExact", &[Int, Int], "int", |_, _, args| int_exact(args, i32::checked_sub)),
    Method::fixed("subtractExact", &[Long, Long], "long", |_, _, args| long_exact(args, i64::checked_sub)),
    Method::fixed("multiplyExact", &[Int, Int], "int", |_, _, args| int_exact(args, i32::checked_mul)),
    Method::fixed("multiplyExact", &[Long, Int], "long", |_, _, args| long_exact(args, i64::checked_mul)),
    Method::fixed("multiplyExact", &[Long, Long], "long", |_, _, args| long_exact(args, i64::checked_mul)),
    Method::fixed("multiplyFull", &[Int, Int], "long", |_, _, args| {
        Ok(Val::Long(i64::from(args.int(0)?) * i64::from(args.int(1)?)))
    }),
    Method::fixed("incrementExact", &[Int], "int", |_, _, args| int(args.int(0)?.checked_add(1))),
    Method::fixed("incrementExact", &[Long], "long", |_, _, args| long(args.long(0)?.checked_add(1))),
    Method::fixed("decrementExact", &[Int], "int", |_, _, args| int(args.int(0)?.checked_sub(1))),
    Method::fixed("decrementExact", &[Long], "long", |_, _, args| long(args.long(0)?.checked_sub(1))),
    Method::fixed("negateExact", &[Int], "int", |_, _, args| int(args.int(0)?.checked_neg())),
    Method::fixed("negateExact", &[Long], "long", |_, _, args| long(args.long(0)?.checked_neg())),
    Method::fixed("toIntExact", &[Long], "int", |_, _, args| int(i32::try_from(args.long(0)?).ok())),
    Method::fixed("floorDiv", &[Int, Int], "int", |_, _, args| floor_int(args, floor_div_int)),
    Method::fixed("floorDiv", &[Long, Int], "long", |_, _, args| floor_long(args, floor_div)),
    Method::fixed("floorDiv", &[Long, Long], "long", |_, _, args| floor_long(args, floor_div)),
    Method::fixed("floorMod", &[Int, Int], "int", |_, _, args| floor_int(args, floor_mod_int)),
    Method::fixed("floorMod", &[Long, Int], "int", |_, _, args| {
        floor_long(args, floor_mod).map(|value| Val::Int(value.as_i32().unwrap_or(0)))
    }),
    Method::fixed("floorMod", &[Long, Long], "long", |_, _, args| floor_long(args, floor_mod)),
];

const REAL: &[Method] = &[
    Method::fixed("IEEEremainder", &[Double, Double], "double", |_, _, args| {
        reals(args, |a, b| if b.is_infinite() && a.is_finite() { a } else { a - b * (a / b).round_ties_even() })
    }),
    Method::fixed("acos", &[Double], "double", |_, _, args| real(args, f64::acos)),
    Method::fixed("asin", &[Double], "double", |_, _, args| real(args, f64::asin)),
    Method::fixed("atan", &[Double], "double", |_, _, args| real(args, f64::atan)),
    Method::fixed("atan2", &[Double, Double], "double", |_, _, args| reals(args, f64::atan2)),
    Method::fixed("cbrt", &[Double], "double", |_, _, args| real(args, f64::cbrt)),
    Method::fixed("ceil", &[Double], "double", |_, _, args| real(args, f64::ceil)),
    Method::fixed("cos", &[Double], "double", |_, _, args| real(args, f64::cos)),
    Method::fixed("cosh", &[Double], "double", |_, _, args| real(args, f64::cosh)),
    Method::fixed("exp", &[Double], "double", |_, _, args| real(args, f64::exp)),
    Method::fixed("expm1", &[Double], "double", |_, _, args| real(args, f64::exp_m1)),
    Method::fixed("floor", &[Double], "double", |_, _, args| real(args, f64::floor)),
    Method::fixed("fma", &[Double, Double, Double], "double", |_, _, args| {
        Ok(Val::Double(args.double(0)?.mul_add(args.double(1)?, args.double(2)?)))
    }),
    Method::fixed("hypot", &[Double, Double], "double", |_, _, args| reals(args, f64::hypot)),
    Method::fixed("log", &[Double], "double", |_, _, args| real(args, f64::ln)),
    Method::fixed("log10", &[Double], "double", |_, _, args| real(args, f64::log10)),
    Method::fixed("log1p", &[Double], "double", |_, _, args| real(args, f64::ln_1p)),
    Method::fixed("nextDown", &[Double], "double", |_, _, args| real(args, f64::next_down)),
    Method::fixed("nextUp", &[Double], "double", |_, _, args| real(args, f64::next_up)),
    Method::fixed("pow", &[Double, Double], "double", |_, _, args| {
        reals(args, |a, b| if a.abs() == 1.0 && b.is_infinite() { f64::NAN } else { a.powf(b) })
    }),
    Method::fixed("random", &[], "double", |eval, _, _| {
        let state = std::cell::Cell::new(eval.draw() & ((1 << 48) - 1));
        Ok(Val::Double(super::random::double(&state)))
    }),
    Method::fixed("rint", &[Double], "double", |_, _, args| real(args, f64::round_ties_even)),
    Method::fixed("sin", &[Double], "double", |_, _, args| real(args, f64::sin)),
    Method::fixed("sinh", &[Double], "double", |_, _, args| real(args, f64::sinh)),
    Method::fixed("sqrt", &[Double], "double", |_, _, args| real(args, f64::sqrt)),
    Method::fixed("tan", &[Double], "double", |_, _, args| real(args, f64::tan)),
    Method::fixed("tanh", &[Double], "double", |_, _, args| real(args, f64::tanh)),
    Method::fixed("toDegrees", &[Double], "double", |_, _, args| real(args, |a| a * (180.0 / std::f64::consts::PI))),
    Method::fixed("toRadians", &[Double], "double", |_, _, args| real(args, |a| a * (std::f64::consts::PI / 180.0))),
    Method::fixed("ulp", &[Double], "double", |_, _, args| real(args, |a| a.abs().next_up() - a.abs())),
];
