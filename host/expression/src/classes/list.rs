//! Lists and the collections of a map. Mutators answer as in Java and change nothing (see docs/decisions).
use super::method::this_list;
use super::object::{COMMON, PLAIN};
use super::string::int;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::eval::Evaluator;
use crate::value::{List, Val};

pub(super) const METHODS: &[&[Method]] = &[COMMON, READING, LIST_READING, CHANGING, LIST_CHANGING];
pub(super) const SET: &[&[Method]] = &[COMMON, READING, CHANGING];
pub(super) const VALUES: &[&[Method]] = &[PLAIN, READING, CHANGING];

fn items<'a>(this: &Val<'a>) -> Vec<Val<'a>> {
    this.elements().unwrap_or_default()
}

fn has<'a>(this: &Val<'a>, wanted: &Val<'a>) -> bool {
    match this {
        Val::List(list) => list.iter().any(|item| item.java_equals(wanted)),
        _ => items(this).iter().any(|item| item.java_equals(wanted)),
    }
}

/// A collection of constants, or of a map's keys, refuses what it does not support.
fn changeable(this: &Val<'_>) -> Eval<()> {
    match this {
        Val::List(list) if list.is_constant() => Err(unsupported()),
        _ => Ok(()),
    }
}

pub(super) fn unsupported() -> Box<Fault> {
    Fault::java("java.lang.UnsupportedOperationException", "null")
}

fn added<'a>(this: &Val<'a>, new: &[Val<'a>]) -> Eval<Val<'a>> {
    changeable(this)?;
    match this {
        Val::Set(set) if set.kind == crate::value::SetKind::Plain => {
            Ok(Val::Bool(new.iter().any(|item| !has(this, item))))
        }
        Val::Set(_) => Err(unsupported()),
        _ => Ok(Val::Bool(!new.is_empty())),
    }
}

/// Whether a filter would take something away; an unmodifiable collection refuses.
fn removed<'a>(this: &Val<'a>, goes: impl Fn(&Val<'a>) -> bool) -> Eval<Val<'a>> {
    changeable(this)?;
    Ok(Val::Bool(items(this).iter().any(goes)))
}

fn any_of<'a>(many: &[Val<'a>], item: &Val<'a>) -> bool {
    many.iter().any(|other| other.java_equals(item))
}

const READING: &[Method] = &[
    Method::new("size", &[], "int", |_, this, _| {
        Ok(match this {
            Val::List(list) => int(list.len()),
            _ => int(items(this).len()),
        })
    }),
    Method::new("isEmpty", &[], "boolean", |_, this, _| {
        Ok(Val::Bool(match this {
            Val::List(list) => list.len() == 0,
            _ => items(this).is_empty(),
        }))
    }),
    Method::new("contains", &[Ty::Object], "boolean", |eval, this, args| {
        scan(eval, this)?;
        Ok(Val::Bool(has(this, args.get(0))))
    }),
    Method::new("containsAll", &[Ty::Collection], "boolean", |eval, this, args| {
        let wanted = args.elements(0)?;
        for _ in &wanted {
            scan(eval, this)?;
        }
        Ok(Val::Bool(wanted.iter().all(|item| has(this, item))))
    }),
];

/// Charges what a search through a collection costs, so that searches in loops are bounded.
fn scan<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>) -> Eval<()> {
    let length = match this {
        Val::List(list) => list.len(),
        _ => items(this).len(),
    };
    eval.charge(length)
}

fn position<'a>(list: &List<'a>, wanted: &Val<'a>, from_end: bool) -> Val<'a> {
    let mut places = 0..list.len();
    let fits = |at: &usize| list.get(*at).is_some_and(|item| item.java_equals(wanted));
    let at = if from_end { places.rev().find(fits) } else { places.find(fits) };
    at.map_or(Val::Int(-1), int)
}

fn sub_list<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let list = this_list(this)?;
    let (from, to) = (args.int(0)?, args.int(1)?);
    let out = |message: String| Fault::java("java.lang.IndexOutOfBoundsException", message);
    let begin = usize::try_from(from).map_err(|_| out(format!("fromIndex = {from}")))?;
    let end = usize::try_from(to).ok().filter(|end| *end <= list.len());
    let end = end.ok_or_else(|| out(format!("toIndex = {to}")))?;
    if begin > end {
        return Err(crate::error::illegal_argument(format!("fromIndex({from}) > toIndex({to})")));
    }
    if let List::Json(items) = list {
        return Ok(Val::List(List::Json(items.get(begin..end).unwrap_or_default())));
    }
    eval.list((begin..end).filter_map(|at| list.get(at)).collect())
}

const LIST_READING: &[Method] = &[
    Method::new("indexOf", &[Ty::Object], "int", |eval, this, args| {
        scan(eval, this)?;
        Ok(position(this_list(this)?, args.get(0), false))
    }),
    Method::new("lastIndexOf", &[Ty::Object], "int", |eval, this, args| {
        scan(eval, this)?;
        Ok(position(this_list(this)?, args.get(0), true))
    }),
    Method::new("subList", &[Ty::Int, Ty::Int], "List", sub_list),
];

const CHANGING: &[Method] = &[
    Method::new("add", &[Ty::Object], "boolean", |_, this, args| added(this, std::slice::from_ref(args.get(0)))),
    Method::new("addAll", &[Ty::Collection], "boolean", |_, this, args| added(this, &args.elements(0)?)),
    Method::new("remove", &[Ty::Object], "boolean", |_, this, args| {
        removed(this, |item| item.java_equals(args.get(0)))
    }),
    Method::new("removeAll", &[Ty::Collection], "boolean", |_, this, args| {
        let gone = args.elements(0)?;
        removed(this, |item| any_of(&gone, item))
    }),
    Method::new("retainAll", &[Ty::Collection], "boolean", |_, this, args| {
        let kept = args.elements(0)?;
        removed(this, |item| !any_of(&kept, item))
    }),
    Method::new("clear", &[], "void", |_, this, _| changeable(this).map(|()| Val::Null)),
];

const LIST_CHANGING: &[Method] = &[
    Method::new("add", &[Ty::Int, Ty::Object], "void", |_, this, args| {
        changeable(this)?;
        place(this, args).map(|()| Val::Null)
    }),
    Method::new("addAll", &[Ty::Int, Ty::Collection], "boolean", |_, this, args| {
        changeable(this)?;
        place(this, args)?;
        Ok(Val::Bool(!args.elements(1)?.is_empty()))
    }),
    Method::new("sort", &[Ty::Comparator], "void", |_, this, _| {
        changeable(this)?;
        crate::eval::natural_order(this_list(this)?).map(|_| Val::Null)
    }),
];

fn place(this: &Val<'_>, args: Args<'_, '_>) -> Eval<()> {
    let (at, most) = (args.int(0)?, this_list(this)?.len());
    match usize::try_from(at) {
        Ok(place) if place <= most => Ok(()),
        _ => Err(Fault::java("java.lang.IndexOutOfBoundsException", format!("Index: {at}, Size: {most}"))),
    }
}
