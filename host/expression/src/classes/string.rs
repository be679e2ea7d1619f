//! `java.lang.String`.
mod pattern;
mod search;
mod stat;

use super::object::COMMON;
use super::{Args, Class, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault, illegal_argument};
use crate::eval::Evaluator;
use crate::value::text::{is_java_whitespace, length, slice, trim, unit};
use crate::value::{Array, Val};
pub(crate) use stat::{encode, is_charset};

pub(super) const METHODS: &[&[Method]] = &[COMMON, OWN, search::METHODS, pattern::METHODS, stat::METHODS];

pub(super) const CONSTRUCTORS: &[Method] = stat::CONSTRUCTORS;

fn this_text<'x>(this: &'x Val<'_>) -> &'x str {
    this.as_sequence().unwrap_or_default()
}

fn out_of_range(message: String) -> Box<Fault> {
    Fault::java("java.lang.StringIndexOutOfBoundsException", message)
}

/// A length or position as Java's int.
pub(super) fn int<'a>(value: usize) -> Val<'a> {
    Val::Int(i32::try_from(value).unwrap_or(i32::MAX))
}

/// An index that must lie in a text.
fn index(args: Args<'_, '_>, at: usize, most: usize) -> Eval<usize> {
    let index = args.int(at)?;
    usize::try_from(index)
        .ok()
        .filter(|index| *index <= most)
        .ok_or_else(|| out_of_range(format!("index {index}, length {most}")))
}

fn substring<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>, bounded: bool) -> Eval<Val<'a>> {
    let text = this_text(this);
    let most = length(text);
    let begin = index(args, 0, most)?;
    let end = if bounded { index(args, 1, most)? } else { most };
    let part =
        slice(text, begin, end).ok_or_else(|| out_of_range(format!("begin {begin}, end {end}, length {most}")))?;
    eval.text(part)
}

fn repeat<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let count = usize::try_from(args.int(0)?).map_err(|_| illegal_argument("count is negative"))?;
    let text = this_text(this);
    eval.charge(text.len().saturating_mul(count))?;
    Ok(Val::text(text.repeat(count)))
}

fn changed<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, change: fn(&str) -> String) -> Eval<Val<'a>> {
    let text = this_text(this);
    eval.charge(text.len())?;
    eval.text(change(text))
}

/// A locale may not be null; which one it is makes no difference here.
fn locale(args: Args<'_, '_>) -> Eval<()> {
    match args.text(0)? {
        "" => Err(super::method::null_pointer()),
        text if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'#')) => {
            Ok(())
        }
        text => Err(illegal_argument(format!("Locale part \"{text}\" contains invalid characters"))),
    }
}

/// `indent`: blanks before each line (or taken away), and a line end after each.
fn indent<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let text = this_text(this);
    let by = args.int(0)?;
    let added = usize::try_from(by).unwrap_or(0);
    let taken = usize::try_from(by.saturating_neg()).unwrap_or(0);
    eval.charge(text.len().saturating_add(added.saturating_mul(text.lines().count())))?;
    let mut indented = String::new();
    for line in text.lines() {
        let blank: usize = line.chars().take(taken).take_while(|c| is_java_whitespace(*c)).map(char::len_utf8).sum();
        indented.push_str(&" ".repeat(added));
        indented.push_str(&line[blank..]);
        indented.push('\n');
    }
    Ok(Val::text(indented))
}

fn characters<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>) -> Eval<Val<'a>> {
    let units: Vec<Val<'a>> = this_text(this).encode_utf16().map(Val::Char).collect();
    eval.charge(units.len() * size_of::<Val<'_>>())?;
    Ok(Val::Array(Array::of_primitives(Class::Character, units)))
}

fn bytes<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, charset: &str) -> Eval<Val<'a>> {
    if !is_charset(charset) {
        return Err(Fault::java("java.io.UnsupportedEncodingException", charset));
    }
    let text = this_text(this);
    eval.charge(text.len() * size_of::<Val<'_>>())?;
    let bytes = encode(text, charset).into_iter().map(|byte| Val::Byte(byte.cast_signed())).collect();
    Ok(Val::Array(Array::of_primitives(Class::Byte, bytes)))
}

const OWN: &[Method] = &[
    Method::new("length", &[], "int", |_, this, _| Ok(int(length(this_text(this))))),
    Method::new("isEmpty", &[], "boolean", |_, this, _| Ok(Val::Bool(this_text(this).is_empty()))),
    Method::new("isBlank", &[], "boolean", |_, this, _| Ok(Val::Bool(this_text(this).chars().all(is_java_whitespace)))),
    Method::new("charAt", &[Ty::Int], "char", |_, this, args| {
        let at = args.int(0)?;
        let found = usize::try_from(at).ok().and_then(|at| unit(this_text(this), at));
        found.map(Val::Char).ok_or_else(|| {
            let most = length(this_text(this));
            out_of_range(format!("index {at}, length {most}"))
        })
    }),
    Method::new("codePointAt", &[Ty::Int], "int", |_, this, args| {
        let text = this_text(this);
        let at = index(args, 0, length(text).saturating_sub(1))?;
        let point = slice(text, at, (at + 2).min(length(text))).and_then(|pair| pair.chars().next());
        point.map(|c| Val::Int(u32::from(c).cast_signed())).ok_or_else(|| out_of_range(format!("index {at}")))
    }),
    Method::new("codePointBefore", &[Ty::Int], "int", |_, this, args| {
        let text = this_text(this);
        let at = index(args, 0, length(text))?;
        let before = slice(text, at.saturating_sub(2), at).and_then(|pair| pair.chars().next_back());
        before.map(|c| Val::Int(u32::from(c).cast_signed())).ok_or_else(|| out_of_range(format!("index {at}")))
    }),
    Method::new("codePointCount", &[Ty::Int, Ty::Int], "int", |_, this, args| {
        let text = this_text(this);
        let (begin, end) = (index(args, 0, length(text))?, index(args, 1, length(text))?);
        let part = slice(text, begin, end).ok_or_else(|| out_of_range(format!("begin {begin}, end {end}")))?;
        Ok(int(part.chars().count()))
    }),
    Method::new("substring", &[Ty::Int], "String", |eval, this, args| substring(eval, this, args, false)),
    Method::new("substring", &[Ty::Int, Ty::Int], "String", |eval, this, args| substring(eval, this, args, true)),
    Method::new("concat", &[Ty::Text], "String", |eval, this, args| {
        let joined = format!("{}{}", this_text(this), args.text(0)?);
        eval.text(joined)
    }),
    Method::new("repeat", &[Ty::Int], "String", repeat),
    Method::new("indent", &[Ty::Int], "String", indent),
    Method::new("intern", &[], "String", |_, this, _| Ok(this.clone())),
    Method::new("toLowerCase", &[], "String", |eval, this, _| changed(eval, this, str::to_lowercase)),
    Method::new("toLowerCase", &[Ty::Locale], "String", |eval, this, args| {
        locale(args)?;
        changed(eval, this, str::to_lowercase)
    }),
    Method::new("toUpperCase", &[], "String", |eval, this, _| changed(eval, this, str::to_uppercase)),
    Method::new("toUpperCase", &[Ty::Locale], "String", |eval, this, args| {
        locale(args)?;
        changed(eval, this, str::to_uppercase)
    }),
    Method::new("trim", &[], "String", |eval, this, _| changed(eval, this, |text| trim(text).to_owned())),
    Method::new("strip", &[], "String", |eval, this, _| {
        changed(eval, this, |text| text.trim_matches(is_java_whitespace).to_owned())
    }),
    Method::new("stripLeading", &[], "String", |eval, this, _| {
        changed(eval, this, |text| text.trim_start_matches(is_java_whitespace).to_owned())
    }),
    Method::new("stripTrailing", &[], "String", |eval, this, _| {
        changed(eval, this, |text| text.trim_end_matches(is_java_whitespace).to_owned())
    }),
    Method::new("toCharArray", &[], "char[]", |eval, this, _| characters(eval, this)),
    Method::new("getBytes", &[], "byte[]", |eval, this, _| bytes(eval, this, "UTF-8")),
    Method::new("getBytes", &[Ty::Text], "byte[]", |eval, this, args| bytes(eval, this, args.text(0)?)),
];
