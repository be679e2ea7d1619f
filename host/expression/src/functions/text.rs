//! `#alphanumerical`, `#fetchReference`.
use super::{Function, Parameter, required};
use crate::value::Val;

pub(super) const ALPHANUMERICAL: Function = Function {
    name: "alphanumerical",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "String",
    about: "Drops everything but ASCII letters and digits.",
    call: |eval, arguments| {
        let kept = required(arguments, 0)?.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        eval.text(kept)
    },
};

pub(super) const FETCH_REFERENCE: Function = Function {
    name: "fetchReference",
    parameters: &[Parameter::Text("reference")],
    variadic: false,
    returns: "String",
    about: "The text itself: there is no artifact store that could replace `ref://` texts.",
    call: |_, arguments| Ok(arguments.first().cloned().unwrap_or(Val::Null)),
};
