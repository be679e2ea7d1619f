//! Methods of strings that take a regular expression.
use super::this_text;
use crate::classes::{Args, Class, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::{Array, Val};

fn replace<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>, most: usize) -> Eval<Val<'a>> {
    let pattern = eval.pattern(args.text(0)?)?;
    let limits = &eval.options.limits;
    let replaced =
        pattern.replace(this_text(this), args.text(1)?, most, limits.other_pattern_steps, limits.produced_bytes)?;
    eval.text(replaced)
}

/// `split`: an array; trailing empty pieces go unless the limit is negative.
fn split<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>, limit: i32) -> Eval<Val<'a>> {
    let pattern = eval.pattern(args.text(0)?)?;
    let pieces = pattern.split(this_text(this), limit, eval.options.limits.other_pattern_steps)?;
    eval.charge(this_text(this).len() + pieces.len() * size_of::<Val<'_>>())?;
    Ok(Val::Array(Array::new(Class::String, pieces.into_iter().map(Val::text).collect())))
}

pub(super) const METHODS: &[Method] = &[
    Method::new("matches", &[Ty::Text], "boolean", |eval, this, args| {
        let pattern = eval.pattern(args.text(0)?)?;
        pattern.matches(this_text(this), eval.options.limits.other_pattern_steps).map(Val::Bool)
    }),
    Method::new("replaceAll", &[Ty::Text, Ty::Text], "String", |eval, this, args| {
        replace(eval, this, args, usize::MAX)
    }),
    Method::new("replaceFirst", &[Ty::Text, Ty::Text], "String", |eval, this, args| replace(eval, this, args, 1)),
    Method::new("split", &[Ty::Text], "String[]", |eval, this, args| split(eval, this, args, 0)),
    Method::new("split", &[Ty::Text, Ty::Int], "String[]", |eval, this, args| split(eval, this, args, args.int(1)?)),
];
