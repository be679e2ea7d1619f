//! `#deployedServerGroups`.
use serde_json::Value;

use super::{Function, Parameter, execution_of, text_of};
use crate::execution::{Execution, Stage, Status};
use crate::value::{Key, Map, OwnedMap, Val};

pub(super) const DEPLOYED_SERVER_GROUPS: Function = Function {
    name: "deployedServerGroups",
    parameters: &[Parameter::Execution, Parameter::Text("nameOrId")],
    variadic: true,
    returns: "list",
    about: "What the deploy stages (those named, or all) deployed: account, region, server group and more.",
    call: |eval, arguments| {
        let execution = execution_of(arguments)?;
        let wanted: Vec<&str> = (1..arguments.len()).filter_map(|at| text_of(arguments, at)).collect();
        let named = |stage: &Stage<'_>| {
            arguments.len() == 1 || wanted.iter().any(|name| stage.name() == *name || stage.id == *name)
        };
        let deployed = execution
            .stages
            .iter()
            .enumerate()
            .filter(|(_, stage)| is_deployment(stage) && named(stage))
            .filter_map(|(at, stage)| entry(execution, at, stage))
            .collect();
        eval.list(deployed)
    },
};

fn is_deployment(stage: &Stage<'_>) -> bool {
    matches!(stage.kind, "deploy" | "createServerGroup" | "cloneServerGroup" | "rollingPush")
        && stage.status == Status::Succeeded
        && stage.context.contains_key("deploy.server.groups")
}

fn entry<'a>(execution: &'a Execution<'a>, at: usize, stage: &'a Stage<'a>) -> Option<Val<'a>> {
    let zones = stage.context.get("availabilityZones").and_then(Value::as_object);
    let region =
        stage.context.get("region").and_then(Value::as_str).or_else(|| zones?.keys().next().map(String::as_str))?;
    let mut entry = OwnedMap::new();
    for name in ["account", "capacity", "parentStage"] {
        entry.insert(Key::text(name), stage.context.get(name).map_or(Val::Null, Val::from_json));
    }
    entry.insert(Key::text("region"), Val::borrowed(region));
    let details = execution.context_value(at, "deploymentDetails");
    for detail in details.and_then(|details| details.elements()).unwrap_or_default() {
        let Val::Map(detail) = detail else { continue };
        if detail.get("region").is_some_and(|of| of.as_str() == Some(region)) {
            entry.extend(detail.entries().into_iter().map(|(key, value)| (Key(key), value)));
        }
    }
    let groups = stage.context.get("deploy.server.groups").and_then(|groups| groups.get(region)?.as_array());
    if let Some(group) = groups.and_then(|groups| groups.first()) {
        entry.insert(Key::text("serverGroup"), Val::from_json(group));
    }
    entry.insert(Key::text("deployments"), Val::list(deployments(stage)));
    Some(Val::Map(Map::owned(entry)))
}

/// `kato.tasks[].resultObjects[].deployments[]`
fn deployments<'a>(stage: &'a Stage<'a>) -> Vec<Val<'a>> {
    let items = |value: &'a Value| value.as_array().map(Vec::as_slice).unwrap_or_default();
    let tasks = stage.context.get("kato.tasks").map(items).unwrap_or_default();
    let results = tasks.iter().filter_map(|task| task.get("resultObjects")).flat_map(items);
    results.filter_map(|result| result.get("deployments")).flat_map(items).map(Val::from_json).collect()
}
