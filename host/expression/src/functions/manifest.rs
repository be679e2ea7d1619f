//! `#manifestLabelValue`.
use super::{Function, Parameter, execution_of, helper, required};
use crate::error::Eval;
use crate::execution::Status;
use crate::value::Val;

pub(super) const MANIFEST_LABEL_VALUE: Function = Function {
    name: "manifestLabelValue",
    parameters: &[
        Parameter::Execution,
        Parameter::Text("stageName"),
        Parameter::Text("kind"),
        Parameter::Text("labelKey"),
    ],
    variadic: false,
    returns: "String",
    about: "A label of the pod template that a deploy-manifest stage deployed, of a Deployment or ReplicaSet.",
    call: |_, arguments| label(arguments),
};

fn label<'a>(arguments: &[Val<'a>]) -> Eval<Val<'a>> {
    let execution = execution_of(arguments)?;
    let (name, kind, key) = (required(arguments, 1)?, required(arguments, 2)?, required(arguments, 3)?);
    if !matches!(kind, "Deployment" | "ReplicaSet") {
        return Err(helper("kind must be Deployment or ReplicaSet"));
    }
    let stage = execution
        .stages
        .iter()
        .position(|stage| stage.kind == "deployManifest" && stage.status == Status::Succeeded && stage.name() == name);
    let stage = stage.ok_or_else(|| helper(format!("A valid Deploy Manifest stage name is required: [{name}]")))?;
    let manifests = execution.context_value(stage, "outputs.manifests").filter(|manifests| !manifests.is_null());
    let manifests = manifests.ok_or_else(|| helper("No manifest could be found in the context of the stage"))?;
    let of_kind = |manifest: &Val<'a>| get(manifest, "kind").is_some_and(|found| found.as_str() == Some(kind));
    let manifest = manifests.elements().unwrap_or_default().into_iter().find(of_kind);
    let manifest = manifest.ok_or_else(|| helper(format!("No manifest of kind {kind} could be found")))?;
    let path = ["spec", "template", "metadata", "labels", key];
    let label = path.iter().try_fold(manifest, |value, step| get(&value, step));
    match label.filter(|label| !label.is_null()) {
        Some(Val::Str(text)) => Ok(Val::Str(text)),
        Some(other) => Ok(Val::text(other.java_string())),
        None => Err(helper(format!("No label of key {key} found on {kind}"))),
    }
}

fn get<'a>(value: &Val<'a>, name: &str) -> Option<Val<'a>> {
    match value {
        Val::Map(map) => map.get(name),
        _ => None,
    }
}
