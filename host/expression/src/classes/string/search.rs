//! Finding and comparing in strings.
use super::{int, this_text};
use crate::classes::{Args, Method};
use crate::convert::Ty;
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::Val;
use crate::value::order::strings;
use crate::value::text::{index_of, last_index_of, length, slice, unit_text};

fn found<'a>(at: Option<usize>) -> Val<'a> {
    at.map_or(Val::Int(-1), int)
}

fn position(args: Args<'_, '_>, at: usize) -> Eval<usize> {
    Ok(usize::try_from(args.int(at)?).unwrap_or(0))
}

/// The code point of `indexOf(int)` as text.
fn point(args: Args<'_, '_>) -> Eval<String> {
    let point = args.int(0)?;
    Ok(u32::try_from(point).ok().and_then(char::from_u32).map(String::from).unwrap_or_default())
}

fn first<'a>(this: &Val<'a>, needle: &str, from: usize, never: bool) -> Val<'a> {
    if never { Val::Int(-1) } else { found(index_of(this_text(this), needle, from)) }
}

fn last<'a>(this: &Val<'a>, needle: &str, args: Args<'_, 'a>, from: Option<usize>) -> Eval<Val<'a>> {
    if needle.is_empty() && args.0.first().is_some_and(Val::is_number) {
        return Ok(Val::Int(-1));
    }
    let from = match from {
        None => usize::MAX,
        Some(at) => match usize::try_from(args.int(at)?) {
            Ok(from) => from,
            Err(_) => return Ok(Val::Int(-1)),
        },
    };
    Ok(found(last_index_of(this_text(this), needle, from)))
}

/// `compareTo`: the difference of the first units that differ, else of the lengths.
fn difference(left: &str, right: &str) -> i32 {
    let (mut a, mut b) = (left.encode_utf16(), right.encode_utf16());
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => {}
            (Some(x), Some(y)) => return i32::from(x) - i32::from(y),
            _ => break,
        }
    }
    debug_assert!(strings(left, right).is_eq() || length(left) != length(right));
    i32::try_from(length(left)).unwrap_or(0) - i32::try_from(length(right)).unwrap_or(0)
}

/// As Java folds case: each letter up, then down.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn replace<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, from: &str, to: &str) -> Eval<Val<'a>> {
    let text = this_text(this);
    let places = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    eval.charge(text.len().saturating_add(places.saturating_mul(to.len())))?;
    Ok(Val::text(text.replace(from, to)))
}

fn region<'a>(this: &Val<'a>, args: Args<'_, 'a>, ignore: bool, first: usize) -> Eval<Val<'a>> {
    let (mine, other) = (args.int(first)?, args.int(first + 2)?);
    let count = args.int(first + 3)?;
    let other_text = args.text(first + 1)?;
    let part = |text: &str, from: i32| {
        let from = usize::try_from(from).ok()?;
        slice(text, from, from.checked_add(usize::try_from(count).ok()?)?)
    };
    let same = match (part(this_text(this), mine), part(other_text, other)) {
        (Some(a), Some(b)) if ignore => folded(&a) == folded(&b),
        (Some(a), Some(b)) => a == b,
        _ => count < 0 && mine >= 0 && other >= 0,
    };
    Ok(Val::Bool(same))
}

fn starts_at<'a>(this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let text = this_text(this);
    let rest = usize::try_from(args.int(1)?).ok().and_then(|from| slice(text, from, length(text)));
    let prefix = args.text(0)?;
    Ok(Val::Bool(rest.is_some_and(|rest| rest.starts_with(prefix))))
}

pub(super) const METHODS: &[Method] = &[
    Method::new("indexOf", &[Ty::Text], "int", |_, this, args| Ok(first(this, args.text(0)?, 0, false))),
    Method::new("indexOf", &[Ty::Int], "int", |_, this, args| {
        let needle = point(args)?;
        Ok(first(this, &needle, 0, needle.is_empty()))
    }),
    Method::new("indexOf", &[Ty::Text, Ty::Int], "int", |_, this, args| {
        Ok(first(this, args.text(0)?, position(args, 1)?, false))
    }),
    Method::new("indexOf", &[Ty::Int, Ty::Int], "int", |_, this, args| {
        let needle = point(args)?;
        Ok(first(this, &needle, position(args, 1)?, needle.is_empty()))
    }),
    Method::new("lastIndexOf", &[Ty::Text], "int", |_, this, args| last(this, args.text(0)?, args, None)),
    Method::new("lastIndexOf", &[Ty::Int], "int", |_, this, args| last(this, &point(args)?, args, None)),
    Method::new("lastIndexOf", &[Ty::Text, Ty::Int], "int", |_, this, args| last(this, args.text(0)?, args, Some(1))),
    Method::new("lastIndexOf", &[Ty::Int, Ty::Int], "int", |_, this, args| last(this, &point(args)?, args, Some(1))),
    Method::new("contains", &[Ty::Sequence], "boolean", |_, this, args| {
        Ok(Val::Bool(this_text(this).contains(args.text(0)?)))
    }),
    Method::new("contentEquals", &[Ty::Sequence], "boolean", |_, this, args| {
        Ok(Val::Bool(this_text(this) == args.text(0)?))
    }),
    Method::new("startsWith", &[Ty::Text], "boolean", |_, this, args| {
        Ok(Val::Bool(this_text(this).starts_with(args.text(0)?)))
    }),
    Method::new("startsWith", &[Ty::Text, Ty::Int], "boolean", |_, this, args| starts_at(this, args)),
    Method::new("endsWith", &[Ty::Text], "boolean", |_, this, args| {
        Ok(Val::Bool(this_text(this).ends_with(args.text(0)?)))
    }),
    Method::new("equalsIgnoreCase", &[Ty::Text], "boolean", |_, this, args| {
        let other = args.get(0).as_str();
        Ok(Val::Bool(other.is_some_and(|other| folded(this_text(this)) == folded(other))))
    }),
    Method::new("compareTo", &[Ty::Text], "int", |_, this, args| {
        Ok(Val::Int(difference(this_text(this), args.text(0)?)))
    }),
    Method::new("compareToIgnoreCase", &[Ty::Text], "int", |_, this, args| {
        Ok(Val::Int(difference(&folded(this_text(this)), &folded(args.text(0)?))))
    }),
    Method::new("replace", &[Ty::Char, Ty::Char], "String", |eval, this, args| {
        replace(eval, this, &unit_text(args.unit(0)?), &unit_text(args.unit(1)?))
    }),
    Method::new("replace", &[Ty::Sequence, Ty::Sequence], "String", |eval, this, args| {
        replace(eval, this, args.text(0)?, args.text(1)?)
    }),
    Method::new("regionMatches", &[Ty::Int, Ty::Text, Ty::Int, Ty::Int], "boolean", |_, this, args| {
        region(this, args, false, 0)
    }),
    Method::new("regionMatches", &[Ty::Bool, Ty::Int, Ty::Text, Ty::Int, Ty::Int], "boolean", |_, this, args| {
        region(this, args, args.flag(0)?, 1)
    }),
];
