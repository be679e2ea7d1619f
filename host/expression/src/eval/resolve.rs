//! Which of several methods of one name a call means (§5.10).
use crate::classes::{Class, Method, shown};
use crate::convert::{Fit, Ty, coerce, fit};
use crate::error::{Code, Eval, Fault};
use crate::value::{Array, Val};

/// The method that a call means, among candidates in Spring's order.
///
/// # Errors
/// Several methods that fit only by conversion.
pub(super) fn choose(
    candidates: &[&'static Method],
    name: &str,
    arguments: &[Val<'_>],
) -> Eval<Option<&'static Method>> {
    let mut close: Option<(&'static Method, u32)> = None;
    let mut converting: Vec<&'static Method> = Vec::new();
    for method in candidates {
        match fits(method, arguments) {
            Fit::Exact => return Ok(Some(method)),
            Fit::Close(distance) => {
                if close.is_none_or(|(_, nearest)| distance < nearest) {
                    close = Some((method, distance));
                }
            }
            Fit::Convert => converting.push(method),
            Fit::No => {}
        }
    }
    match (close, converting.as_slice()) {
        (Some((method, _)), _) => Ok(Some(method)),
        (None, []) => Ok(None),
        (None, [method]) => Ok(Some(method)),
        (None, several) => {
            let variants: Vec<String> = several.iter().map(|method| method.signature()).collect();
            Err(Fault::spel(
                Code::AmbiguousMethod,
                1033,
                format_args!(
                    "method call of '{name}' is ambiguous, conversion allows several variants: {}",
                    variants.join(" or ")
                ),
            ))
        }
    }
}

/// The constructor that a call means: the last that is close, else the last that converts.
pub(super) fn choose_constructor(candidates: &'static [Method], arguments: &[Val<'_>]) -> Option<&'static Method> {
    let mut close = None;
    let mut converting = None;
    for method in candidates {
        match fits(method, arguments) {
            Fit::Exact => return Some(method),
            Fit::Close(_) => close = Some(method),
            Fit::Convert => converting = Some(method),
            Fit::No => {}
        }
    }
    close.or(converting)
}

/// How all arguments together fit.
fn fits(method: &Method, arguments: &[Val<'_>]) -> Fit {
    let leading = if method.varargs { method.params.len().saturating_sub(1) } else { method.params.len() };
    if arguments.len() < leading || (!method.varargs && arguments.len() > leading) {
        return Fit::No;
    }
    let (fixed, rest) = arguments.split_at(leading);
    let mut whole = Fit::Exact;
    for (argument, param) in fixed.iter().zip(method.params) {
        whole = worse(whole, fit(argument, *param));
    }
    let Some(param) = method.params.get(leading).filter(|_| method.varargs) else {
        return whole;
    };
    if let [only] = rest
        && is_array_of(only, *param)
    {
        return whole;
    }
    for argument in rest {
        whole = worse(
            whole,
            match fit(argument, *param) {
                // Spring cannot weigh an argument against the array that it will be packed into.
                Fit::Close(_) => Fit::Close(u32::MAX),
                other => other,
            },
        );
    }
    whole
}

fn worse(a: Fit, b: Fit) -> Fit {
    match (a, b) {
        (Fit::No, _) | (_, Fit::No) => Fit::No,
        (Fit::Convert, _) | (_, Fit::Convert) => Fit::Convert,
        (Fit::Close(x), Fit::Close(y)) => Fit::Close(x.saturating_add(y)),
        (Fit::Close(x), Fit::Exact) | (Fit::Exact, Fit::Close(x)) => Fit::Close(x),
        (Fit::Exact, Fit::Exact) => Fit::Exact,
    }
}

fn is_array_of(value: &Val<'_>, param: Ty) -> bool {
    let Val::Array(Array { element, primitive: false, .. }) = value else {
        return false;
    };
    match param {
        Ty::Object => *element == Class::Object,
        _ => false,
    }
}

/// Arguments converted to what the method takes; a single list or array for a variable number is spread.
pub(super) fn convert<'a>(method: &Method, arguments: Vec<Val<'a>>) -> Eval<Vec<Val<'a>>> {
    if !method.varargs {
        return arguments.iter().zip(method.params).map(|(argument, param)| coerce(argument, *param)).collect();
    }
    let leading = method.params.len().saturating_sub(1);
    let (fixed, rest) = arguments.split_at(leading.min(arguments.len()));
    let mut converted: Vec<Val<'a>> =
        fixed.iter().zip(method.params).map(|(argument, param)| coerce(argument, *param)).collect::<Eval<_>>()?;
    let param = method.params.last().copied().unwrap_or(Ty::Object);
    let spread = match rest {
        [Val::List(list)] => Some(list.iter().collect::<Vec<_>>()),
        [Val::Array(array)] => Some(array.items.to_vec()),
        [Val::Set(set)] if param != Ty::Object => Some(set.items.to_vec()),
        _ => None,
    };
    for argument in spread.as_deref().unwrap_or(rest) {
        converted.push(coerce(argument, param)?);
    }
    Ok(converted)
}

/// There is no such method for these arguments.
pub(crate) fn no_method(class: Class, name: &str, arguments: &[Val<'_>]) -> Box<Fault> {
    let types: Vec<String> = arguments.iter().map(shown).collect();
    let known: Vec<&str> = class.methods().iter().copied().flatten().map(|method| method.name).collect();
    Fault::spel(
        Code::UnknownMethod,
        1004,
        format_args!("method {name}({}) cannot be found on {}", types.join(", "), class.java_name()),
    )
    .named(name, known.into_iter())
}
