//! `java.lang.Boolean`.
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::value::Val;

fn parse(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn both<'a>(args: Args<'_, 'a>, join: fn(bool, bool) -> bool) -> Eval<Val<'a>> {
    Ok(Val::Bool(join(args.flag(0)?, args.flag(1)?)))
}

fn ordering<'a>(left: bool, right: bool) -> Val<'a> {
    Val::Int(left.cmp(&right) as i32)
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("booleanValue", &[], "boolean", |_, this, _| Ok(this.clone())),
        Method::new("compareTo", &[Ty::BoxedBool], "int", |_, this, args| {
            Ok(ordering(matches!(this, Val::Bool(true)), args.flag(0)?))
        }),
        Method::fixed("compare", &[Ty::Bool, Ty::Bool], "int", |_, _, args| Ok(ordering(args.flag(0)?, args.flag(1)?))),
        Method::fixed("hashCode", &[Ty::Bool], "int", |_, _, args| Ok(Val::Int(args.get(0).java_hash()))),
        Method::fixed("logicalAnd", &[Ty::Bool, Ty::Bool], "boolean", |_, _, args| both(args, |a, b| a & b)),
        Method::fixed("logicalOr", &[Ty::Bool, Ty::Bool], "boolean", |_, _, args| both(args, |a, b| a | b)),
        Method::fixed("logicalXor", &[Ty::Bool, Ty::Bool], "boolean", |_, _, args| both(args, |a, b| a ^ b)),
        Method::fixed("parseBoolean", &[Ty::Text], "boolean", |_, _, args| Ok(Val::Bool(parse(args.get(0).as_str())))),
        Method::fixed("toString", &[Ty::Bool], "String", |_, _, args| Ok(Val::text(args.flag(0)?.to_string()))),
        Method::fixed("valueOf", &[Ty::Bool], "Boolean", |_, _, args| Ok(Val::Bool(args.flag(0)?))),
        Method::fixed("valueOf", &[Ty::Text], "Boolean", |_, _, args| Ok(Val::Bool(parse(args.get(0).as_str())))),
    ],
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[Ty::Bool], |_, _, args| Ok(Val::Bool(args.flag(0)?))),
    Method::constructor(&[Ty::Text], |_, _, args| Ok(Val::Bool(parse(args.get(0).as_str())))),
];
