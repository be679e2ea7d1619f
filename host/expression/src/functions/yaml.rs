//! `#readYaml`, `#readAllYaml`.
use super::{Function, Parameter, helper, required};
use crate::error::Eval;
use crate::eval::Evaluator;
use crate::value::Val;

pub(super) const READ_YAML: Function = Function {
    name: "readYaml",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "any",
    about: "Reads one YAML 1.1 document; an empty text is null, a second document an error.",
    call: |eval, arguments| read(eval, required(arguments, 0)?),
};

pub(super) const READ_ALL_YAML: Function = Function {
    name: "readAllYaml",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "list",
    about: "Reads every YAML 1.1 document of a text; an empty one is null.",
    call: |eval, arguments| {
        let documents = documents(eval, required(arguments, 0)?)?;
        eval.list(documents)
    },
};

fn documents<'a>(eval: &mut Evaluator<'a>, text: &str) -> Eval<Vec<Val<'a>>> {
    eval.charge(text.len().saturating_mul(4))?;
    crate::yaml::read(text).map_err(|error| helper(format!("the text is no YAML: {error}")))
}

/// The only document of a text.
pub(super) fn read<'a>(eval: &mut Evaluator<'a>, text: &str) -> Eval<Val<'a>> {
    let mut documents = documents(eval, text)?;
    match documents.len() {
        0 | 1 => Ok(documents.pop().unwrap_or(Val::Null)),
        _ => Err(helper("expected a single document in the stream but found another document")),
    }
}
