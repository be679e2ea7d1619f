//! `#judgment`, `#judgement`.
use super::{Function, Parameter, execution_of, helper, required};
use crate::convert::to_text;
use crate::error::Eval;
use crate::value::Val;

const ABOUT: &str = "The choice made in the manual judgment of that name; none is an error.";
const PARAMETERS: &[Parameter] = &[Parameter::Execution, Parameter::Text("name")];

pub(super) const JUDGMENT: Function = Function {
    name: "judgment",
    parameters: PARAMETERS,
    variadic: false,
    returns: "String",
    about: ABOUT,
    call: |_, arguments| choice(arguments),
};

pub(super) const JUDGEMENT: Function = Function {
    name: "judgement",
    parameters: PARAMETERS,
    variadic: false,
    returns: "String",
    about: ABOUT,
    call: |_, arguments| choice(arguments),
};

fn choice<'a>(arguments: &[Val<'a>]) -> Eval<Val<'a>> {
    let (execution, name) = (execution_of(arguments)?, required(arguments, 1)?);
    let found = execution
        .stages
        .iter()
        .enumerate()
        .filter(|(_, stage)| stage.kind == "manualJudgment" && stage.name() == name)
        .find_map(|(at, _)| execution.context_value(at, "judgmentInput").filter(|input| !input.is_null()));
    match found {
        Some(Val::Str(text)) => Ok(Val::Str(text)),
        Some(other) => Ok(to_text(&other)?.map_or(Val::Null, Val::text)),
        None => Err(helper(format!("Unable to locate manual judgment stage [{name}]"))),
    }
}
