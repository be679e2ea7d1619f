//! `java.lang.Character`: values only come from strings, the class itself cannot be named.
use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::value::Val;
use crate::value::text::{is_java_whitespace, unit_text};

fn is<'a>(args: Args<'_, 'a>, test: fn(char) -> bool) -> Eval<Val<'a>> {
    let letter = char::from_u32(args.unit(0)?.into());
    Ok(Val::Bool(letter.is_some_and(test)))
}

fn change<'a>(args: Args<'_, 'a>, change: fn(char) -> Option<char>) -> Eval<Val<'a>> {
    let unit = args.unit(0)?;
    let changed = char::from_u32(unit.into()).and_then(change).and_then(|c| u16::try_from(u32::from(c)).ok());
    Ok(Val::Char(changed.unwrap_or(unit)))
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("charValue", &[], "char", |_, this, _| Ok(this.clone())),
        Method::new("compareTo", &[Ty::BoxedChar], "int", |_, this, args| match this {
            Val::Char(unit) => Ok(Val::Int(i32::from(*unit) - i32::from(args.unit(0)?))),
            _ => Ok(Val::Null),
        }),
        Method::fixed("getNumericValue", &[Ty::Char], "int", |_, _, args| {
            let digit = char::from_u32(args.unit(0)?.into()).and_then(|c| c.to_digit(36));
            Ok(Val::Int(digit.and_then(|digit| i32::try_from(digit).ok()).unwrap_or(-1)))
        }),
        Method::fixed("isDigit", &[Ty::Char], "boolean", |_, _, args| is(args, |c| c.is_ascii_digit())),
        Method::fixed("isLetter", &[Ty::Char], "boolean", |_, _, args| is(args, char::is_alphabetic)),
        Method::fixed("isLetterOrDigit", &[Ty::Char], "boolean", |_, _, args| is(args, char::is_alphanumeric)),
        Method::fixed("isLowerCase", &[Ty::Char], "boolean", |_, _, args| is(args, char::is_lowercase)),
        Method::fixed("isUpperCase", &[Ty::Char], "boolean", |_, _, args| is(args, char::is_uppercase)),
        Method::fixed("isWhitespace", &[Ty::Char], "boolean", |_, _, args| is(args, is_java_whitespace)),
        Method::fixed("toLowerCase", &[Ty::Char], "char", |_, _, args| change(args, |c| single(c.to_lowercase()))),
        Method::fixed("toUpperCase", &[Ty::Char], "char", |_, _, args| change(args, |c| single(c.to_uppercase()))),
        Method::fixed("toString", &[Ty::Char], "String", |_, _, args| Ok(Val::text(unit_text(args.unit(0)?)))),
    ],
];
