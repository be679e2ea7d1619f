//! What other services know: `#pipelineId…`, `#applicationMetadata`, `#canaryConfigNameToId`. Each is a need.
use serde_json::Value;

use super::{Function, Parameter, execution_of, helper, text_of};
use crate::error::{Code, Eval, Fault};
use crate::eval::Evaluator;
use crate::need::Need;
use crate::value::Val;

pub(super) const PIPELINE_ID: Function = Function {
    name: "pipelineId",
    parameters: &[Parameter::Execution, Parameter::Text("name")],
    variadic: false,
    returns: "String",
    about: "The id of a pipeline of the same application; none is an error.",
    call: |eval, arguments| {
        let name = filled(arguments, 1, "pipelineName must be specified")?;
        let application = execution_of(arguments)?.text("application").unwrap_or_default();
        let id = pipeline(eval, application, name)?;
        if id.is_null() {
            return Err(helper(format!("Pipeline with name '{name}' could not be found on application {application}")));
        }
        Ok(id)
    },
};

pub(super) const PIPELINE_ID_OR_NULL: Function = Function {
    name: "pipelineIdOrNull",
    parameters: &[Parameter::Execution, Parameter::Text("name")],
    variadic: false,
    returns: "String",
    about: "The same, none is null.",
    call: |eval, arguments| {
        let name = filled(arguments, 1, "pipelineName must be specified")?;
        let application = execution_of(arguments)?.text("application").unwrap_or_default();
        pipeline(eval, application, name)
    },
};

pub(super) const PIPELINE_ID_IN_APPLICATION: Function = Function {
    name: "pipelineIdInApplication",
    parameters: &[Parameter::Execution, Parameter::Text("name"), Parameter::Text("application")],
    variadic: false,
    returns: "String",
    about: "The id of a pipeline of another application; none is null.",
    call: |eval, arguments| {
        execution_of(arguments)?;
        let application = filled(arguments, 2, "applicationName must be specified")?;
        let name = filled(arguments, 1, "pipelineName must be specified")?;
        pipeline(eval, application, name)
    },
};

pub(super) const APPLICATION_METADATA: Function = Function {
    name: "applicationMetadata",
    parameters: &[Parameter::Text("application")],
    variadic: false,
    returns: "map",
    about: "The attributes of an application.",
    call: |eval, arguments| {
        let application = filled(arguments, 0, "application must be specified")?.to_owned();
        answer(eval, Need::ApplicationMetadata { application })
    },
};

pub(super) const CANARY_CONFIG_NAME_TO_ID: Function = Function {
    name: "canaryConfigNameToId",
    parameters: &[Parameter::Text("name"), Parameter::Text("application")],
    variadic: false,
    returns: "String",
    about: "The id of the canary configuration of that name that lists the application; none is an error.",
    call: |eval, arguments| {
        let name = filled(arguments, 0, "canaryConfigName must be specified")?.to_owned();
        let application = filled(arguments, 1, "app must be specified")?.to_owned();
        let missing = format!("Unable to find config with name {name} for application {application}");
        let id = answer(eval, Need::CanaryConfigId { application, name })?;
        if id.is_null() { Err(helper(missing)) } else { Ok(id) }
    },
};

fn filled<'x>(arguments: &'x [Val<'_>], at: usize, missing: &str) -> Eval<&'x str> {
    text_of(arguments, at).filter(|text| !text.is_empty()).ok_or_else(|| helper(missing))
}

fn pipeline<'a>(eval: &Evaluator<'a>, application: &str, name: &str) -> Eval<Val<'a>> {
    answer(eval, Need::PipelineId { application: application.to_owned(), name: name.to_owned() })
}

/// The answer of an earlier round, or the need.
fn answer<'a>(eval: &Evaluator<'a>, need: Need) -> Eval<Val<'a>> {
    let given: Option<&'a Result<Value, String>> = eval.options.answers.and_then(|answers| answers.get(&need));
    match given {
        None => Err(Fault::need(need)),
        Some(Ok(value)) => Ok(Val::from_json(value)),
        Some(Err(error)) => {
            let mut fault = helper(error.clone());
            fault.code = Code::NeedFailed;
            Err(fault)
        }
    }
}
