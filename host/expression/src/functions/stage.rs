//! `#stage`, `#stageByRefId`, `#stageExists`, `#currentStage`, `#currentUser`.
use super::{Function, Parameter, execution_of, helper, required, text_of};
use crate::beans::Bean;
use crate::value::Val;

pub(super) const STAGE: Function = Function {
    name: "stage",
    parameters: &[Parameter::Execution, Parameter::Text("nameOrId")],
    variadic: false,
    returns: "stage",
    about: "The first stage of that name or id; none is an error.",
    call: |_, arguments| {
        let (execution, name) = (execution_of(arguments)?, required(arguments, 1)?);
        let at = execution.stage_by_name_or_id(name);
        at.map(|at| Val::Bean(Bean::Stage(execution, at))).ok_or_else(|| {
            helper(format!("Unable to locate [{name}] using #stage({name}) in execution"))
                .named(name, execution.stages.iter().map(|stage| stage.name()))
        })
    },
};

pub(super) const STAGE_BY_REF_ID: Function = Function {
    name: "stageByRefId",
    parameters: &[Parameter::Execution, Parameter::Text("refId")],
    variadic: false,
    returns: "stage",
    about: "The first stage with that reference; none is an error.",
    call: |_, arguments| {
        let (execution, reference) = (execution_of(arguments)?, required(arguments, 1)?);
        let at = execution.stage_by_ref_id(reference);
        at.map(|at| Val::Bean(Bean::Stage(execution, at))).ok_or_else(|| {
            helper(format!("Unable to locate [{reference}] using #stageByRefId({reference}) in execution"))
        })
    },
};

pub(super) const STAGE_EXISTS: Function = Function {
    name: "stageExists",
    parameters: &[Parameter::Execution, Parameter::Text("nameOrId")],
    variadic: false,
    returns: "boolean",
    about: "Whether there is a stage of that name or id.",
    call: |_, arguments| {
        let execution = execution_of(arguments)?;
        let name = text_of(arguments, 1);
        Ok(Val::Bool(name.is_some_and(|name| execution.stage_by_name_or_id(name).is_some())))
    },
};

pub(super) const CURRENT_STAGE: Function = Function {
    name: "currentStage",
    parameters: &[Parameter::Execution],
    variadic: false,
    returns: "stage",
    about: "The stage being processed; outside of one an error.",
    call: |eval, arguments| {
        let execution = execution_of(arguments)?;
        let at = eval.root.stage();
        at.map(|at| Val::Bean(Bean::Stage(execution, at)))
            .ok_or_else(|| helper("#currentStage() is only available while a stage is processed"))
    },
};

pub(super) const CURRENT_USER: Function = Function {
    name: "currentUser",
    parameters: &[],
    variadic: false,
    returns: "String",
    about: "The user on whose behalf the stage runs, else `anonymous`.",
    call: |eval, _| Ok(Val::borrowed(eval.root.user())),
};
