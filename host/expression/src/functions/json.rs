//! `#readJson`.
use serde_json::Value;

use super::{Function, Parameter, helper, required};
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::Val;

pub(super) const READ_JSON: Function = Function {
    name: "readJson",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "list or map",
    about: "Reads a JSON list (its first character must be `[`) or object; text after it is ignored.",
    call: |eval, arguments| read(eval, required(arguments, 0)?),
};

/// The first JSON value of a text, which must be a list or an object.
pub(super) fn read<'a>(eval: &mut Evaluator<'a>, text: &str) -> Eval<Val<'a>> {
    eval.charge(text.len().saturating_mul(4))?;
    let first = serde_json::Deserializer::from_str(text).into_iter::<Value>().next();
    match first {
        Some(Ok(Value::Array(items))) if text.starts_with('[') => Ok(Val::from_owned_json(Value::Array(items))),
        Some(Ok(Value::Object(map))) => Ok(Val::from_owned_json(Value::Object(map))),
        Some(Ok(_)) => Err(helper("#readJson failed: the text is neither a list nor an object")),
        Some(Err(error)) => Err(helper(format!("#readJson failed: {error}"))),
        None => Err(helper("#readJson failed: the text is empty")),
    }
}
