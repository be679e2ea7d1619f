//! `java.util.Random`: Java's 48-bit generator, so that a seed reproduces.
use std::cell::Cell;
use std::rc::Rc;

use super::object::PLAIN;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, illegal_argument};
use crate::value::Val;

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

fn scrambled(seed: u64) -> u64 {
    (seed ^ MULTIPLIER) & MASK
}

/// The next `bits` bits, as Java's `next(int)` gives them: a signed int.
#[expect(clippy::cast_possible_truncation, reason = "Java's casts")]
fn next(state: &Cell<u64>, bits: u32) -> i32 {
    let advanced = state.get().wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
    state.set(advanced);
    ((advanced >> (48 - bits)) as u32).cast_signed()
}

/// Below a bound, as `nextInt(int)` does it.
#[expect(clippy::cast_possible_truncation, reason = "Java's casts")]
fn below(state: &Cell<u64>, bound: i32) -> i32 {
    if bound & (bound - 1) == 0 {
        return ((i64::from(bound) * i64::from(next(state, 31))) >> 31) as i32;
    }
    loop {
        let bits = next(state, 31);
        let value = bits % bound;
        if bits.wrapping_sub(value).wrapping_add(bound - 1) >= 0 {
            return value;
        }
    }
}

/// `nextInt(origin, bound)`: the default algorithm of `RandomGenerator`.
fn between(state: &Cell<u64>, origin: i32, bound: i32) -> i32 {
    let width = bound.wrapping_sub(origin);
    let mut value = next(state, 32);
    if width & width.wrapping_sub(1) == 0 {
        return (value & width.wrapping_sub(1)).wrapping_add(origin);
    }
    if width > 0 {
        let mut half = (value.cast_unsigned() >> 1).cast_signed();
        loop {
            value = half % width;
            if half.wrapping_add(width - 1).wrapping_sub(value) >= 0 {
                return value.wrapping_add(origin);
            }
            half = (next(state, 32).cast_unsigned() >> 1).cast_signed();
        }
    }
    while value < origin || value >= bound {
        value = next(state, 32);
    }
    value
}

fn long(state: &Cell<u64>) -> i64 {
    (i64::from(next(state, 32)) << 32).wrapping_add(i64::from(next(state, 32)))
}

/// `nextDouble()`.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
pub(super) fn double(state: &Cell<u64>) -> f64 {
    let bits = (i64::from(next(state, 26)) << 27) + i64::from(next(state, 27));
    bits as f64 * (1.0 / (1u64 << 53) as f64)
}

/// `nextLong(origin, bound)`: the default algorithm of `RandomGenerator`.
fn long_between<'a>(this: &Val<'a>, origin: i64, bound: i64) -> Eval<Val<'a>> {
    if origin >= bound {
        return Err(illegal_argument("bound must be greater than origin"));
    }
    let width = bound.wrapping_sub(origin);
    let half = |value: i64| (value.cast_unsigned() >> 1).cast_signed();
    on(this, |state| {
        let mut value = long(state);
        if width & width.wrapping_sub(1) == 0 {
            return Val::Long((value & width.wrapping_sub(1)).wrapping_add(origin));
        }
        if width > 0 {
            let mut drawn = half(value);
            loop {
                value = drawn % width;
                if drawn.wrapping_add(width - 1).wrapping_sub(value) >= 0 {
                    return Val::Long(value.wrapping_add(origin));
                }
                drawn = half(long(state));
            }
        }
        while value < origin || value >= bound {
            value = long(state);
        }
        Val::Long(value)
    })
}

fn double_between<'a>(this: &Val<'a>, origin: f64, bound: f64) -> Eval<Val<'a>> {
    if !(origin < bound && (bound - origin).is_finite()) {
        return Err(illegal_argument("bound must be finite and greater than origin"));
    }
    on(this, |state| {
        let value = double(state) * (bound - origin) + origin;
        Val::Double(if value >= bound { bound.next_down() } else { value })
    })
}

/// The first of the pair that Java's polar method makes.
fn gaussian(state: &Cell<u64>) -> f64 {
    loop {
        let (a, b) = (2.0 * double(state) - 1.0, 2.0 * double(state) - 1.0);
        let square = a * a + b * b;
        if square < 1.0 && square != 0.0 {
            return a * (-2.0 * square.ln() / square).sqrt();
        }
    }
}

fn on<'a>(this: &Val<'a>, draw: impl FnOnce(&Cell<u64>) -> Val<'a>) -> Eval<Val<'a>> {
    Ok(match this {
        Val::Random(state) => draw(state),
        _ => Val::Null,
    })
}

fn bounded<'a>(this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let bound = args.int(0)?;
    if bound <= 0 {
        return Err(illegal_argument("bound must be positive"));
    }
    on(this, |state| Val::Int(below(state, bound)))
}

/// A generator with a seed.
pub(super) fn seeded<'a>(seed: u64) -> Val<'a> {
    Val::Random(Rc::new(Cell::new(scrambled(seed))))
}

pub(super) const METHODS: &[&[Method]] = &[
    PLAIN,
    &[
        Method::new("nextInt", &[], "int", |_, this, _| on(this, |state| Val::Int(next(state, 32)))),
        Method::new("nextInt", &[Ty::Int], "int", |_, this, args| bounded(this, args)),
        Method::new("nextInt", &[Ty::Int, Ty::Int], "int", |_, this, args| {
            let (origin, bound) = (args.int(0)?, args.int(1)?);
            if origin >= bound {
                return Err(illegal_argument("bound must be greater than origin"));
            }
            on(this, |state| Val::Int(between(state, origin, bound)))
        }),
        Method::new("nextLong", &[], "long", |_, this, _| on(this, |state| Val::Long(long(state)))),
        Method::new("nextLong", &[Ty::Long], "long", |_, this, args| long_between(this, 0, args.long(0)?)),
        Method::new("nextLong", &[Ty::Long, Ty::Long], "long", |_, this, args| {
            long_between(this, args.long(0)?, args.long(1)?)
        }),
        Method::new("nextDouble", &[Ty::Double], "double", |_, this, args| double_between(this, 0.0, args.double(0)?)),
        Method::new("nextDouble", &[Ty::Double, Ty::Double], "double", |_, this, args| {
            double_between(this, args.double(0)?, args.double(1)?)
        }),
        Method::new("nextGaussian", &[], "double", |_, this, _| on(this, |state| Val::Double(gaussian(state)))),
        Method::new("nextBoolean", &[], "boolean", |_, this, _| on(this, |state| Val::Bool(next(state, 1) != 0))),
        Method::new("nextDouble", &[], "double", |_, this, _| on(this, |state| Val::Double(double(state)))),
        Method::new("nextFloat", &[], "float", |_, this, _| {
            #[expect(clippy::cast_precision_loss, reason = "24 bits fit a float")]
            on(this, |state| Val::Float(next(state, 24) as f32 / (1u32 << 24) as f32))
        }),
        Method::new("setSeed", &[Ty::Long], "void", |_, this, args| {
            let seed = args.long(0)?.cast_unsigned();
            on(this, |state| {
                state.set(scrambled(seed));
                Val::Null
            })
        }),
    ],
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[], |eval, _, _| Ok(seeded(eval.draw()))),
    Method::constructor(&[Ty::Long], |_, _, args| Ok(seeded(args.long(0)?.cast_unsigned()))),
];
