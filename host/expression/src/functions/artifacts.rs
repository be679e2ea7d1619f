//! `#triggerResolvedArtifact`, `#triggerResolvedArtifactByType`, `#resolvedArtifacts`.
use serde_json::Value;

use super::{Function, Parameter, execution_of, helper, required};
use crate::beans::{Bean, Shape};
use crate::error::Eval;
use crate::value::Val;

pub(super) const TRIGGER_RESOLVED_ARTIFACT: Function = Function {
    name: "triggerResolvedArtifact",
    parameters: &[Parameter::Execution, Parameter::Text("name")],
    variadic: false,
    returns: "artifact",
    about: "The artifact of that name that the trigger's expected artifacts were bound to; none is an error.",
    call: |_, arguments| bound(arguments, "name"),
};

pub(super) const TRIGGER_RESOLVED_ARTIFACT_BY_TYPE: Function = Function {
    name: "triggerResolvedArtifactByType",
    parameters: &[Parameter::Execution, Parameter::Text("type")],
    variadic: false,
    returns: "artifact",
    about: "The same by type.",
    call: |_, arguments| bound(arguments, "type"),
};

pub(super) const RESOLVED_ARTIFACTS: Function = Function {
    name: "resolvedArtifacts",
    parameters: &[Parameter::Execution],
    variadic: false,
    returns: "list",
    about: "The artifacts in the outputs of every stage, in the order of the stages.",
    call: |eval, arguments| {
        let execution = execution_of(arguments)?;
        let artifacts = execution.stages.iter().filter_map(|stage| stage.outputs.get("artifacts")?.as_array());
        let artifacts = artifacts.flatten().map(Val::from_json).collect();
        eval.list(artifacts)
    },
};

fn bound<'a>(arguments: &[Val<'a>], field: &str) -> Eval<Val<'a>> {
    let (execution, wanted) = (execution_of(arguments)?, required(arguments, 1)?);
    let expected = execution.trigger.and_then(|trigger| trigger.get("resolvedExpectedArtifacts")?.as_array());
    let bound = expected
        .into_iter()
        .flatten()
        .filter_map(|artifact| artifact.get("boundArtifact")?.as_object())
        .find(|artifact| artifact.get(field).and_then(Value::as_str) == Some(wanted));
    bound
        .map(|artifact| Val::Bean(Bean::Data(Shape::Artifact, artifact)))
        .ok_or_else(|| helper(format!("Unable to locate resolved artifact with {field} {wanted} in trigger")))
}
