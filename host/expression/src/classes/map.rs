//! Maps. What answers `Object` in Java cannot be called; mutators answer and change nothing.
use super::Method;
use super::list::unsupported;
use super::method::this_map;
use super::object::COMMON;
use super::string::int;
use crate::convert::Ty;
use crate::error::Eval;
use crate::value::{Set, SetKind, Val};
use std::rc::Rc;

fn changeable(this: &Val<'_>) -> Eval<()> {
    if this_map(this)?.is_constant() { Err(unsupported()) } else { Ok(()) }
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("size", &[], "int", |_, this, _| Ok(int(this_map(this)?.len()))),
        Method::new("isEmpty", &[], "boolean", |_, this, _| Ok(Val::Bool(this_map(this)?.len() == 0))),
        Method::new("containsKey", &[Ty::Object], "boolean", |_, this, args| {
            Ok(Val::Bool(this_map(this)?.contains(args.get(0))))
        }),
        Method::new("containsValue", &[Ty::Object], "boolean", |eval, this, args| {
            let map = this_map(this)?;
            eval.charge(map.len())?;
            Ok(Val::Bool(map.entries().iter().any(|(_, value)| value.java_equals(args.get(0)))))
        }),
        Method::new("keySet", &[], "Set", |eval, this, _| {
            let items: Rc<[Val<'_>]> = this_map(this)?.entries().into_iter().map(|(key, _)| key).collect();
            eval.charge(items.len() * size_of::<Val<'_>>())?;
            Ok(Val::Set(Set { kind: SetKind::Keys, items }))
        }),
        Method::new("values", &[], "Collection", |eval, this, _| {
            let items: Rc<[Val<'_>]> = this_map(this)?.entries().into_iter().map(|(_, value)| value).collect();
            eval.charge(items.len() * size_of::<Val<'_>>())?;
            Ok(Val::Set(Set { kind: SetKind::Values, items }))
        }),
        Method::new("entrySet", &[], "Set", |eval, this, _| {
            let entries = this_map(this)?.entries();
            eval.charge(entries.len() * 3 * size_of::<Val<'_>>())?;
            let items = entries.into_iter().map(|entry| Val::Entry(Rc::new(entry))).collect();
            Ok(Val::Set(Set { kind: SetKind::Entries, items }))
        }),
        Method::new("remove", &[Ty::Object, Ty::Object], "boolean", |_, this, args| {
            changeable(this)?;
            let found = this_map(this)?.get_key(args.get(0));
            Ok(Val::Bool(found.is_some_and(|value| value.java_equals(args.get(1)))))
        }),
        Method::new("putAll", &[Ty::Map], "void", |_, this, args| {
            changeable(this)?;
            if args.get(0).is_null() { Err(super::method::null_pointer()) } else { Ok(Val::Null) }
        }),
        Method::new("clear", &[], "void", |_, this, _| changeable(this).map(|()| Val::Null)),
    ],
];
