//! `#cfServiceKey`.
use serde_json::Value;

use super::{Function, Parameter, execution_of, required};
use crate::execution::{EMPTY, Status};
use crate::value::{Map, Val};

pub(super) const CF_SERVICE_KEY: Function = Function {
    name: "cfServiceKey",
    parameters: &[Parameter::Execution, Parameter::Text("nameOrId")],
    variadic: false,
    returns: "map",
    about: "The service key that a create-service-key stage made; no such stage is an empty map.",
    call: |_, arguments| {
        let (execution, name) = (execution_of(arguments)?, required(arguments, 1)?);
        let stage = execution.stages.iter().find(|stage| {
            stage.kind == "createServiceKey"
                && stage.status == Status::Succeeded
                && (stage.name() == name || stage.id == name)
        });
        let key = stage.and_then(|stage| key(stage.context.get("kato.tasks")?));
        Ok(key.map_or(Val::Map(Map::Json(&EMPTY)), Val::from_json))
    },
};

fn key(tasks: &Value) -> Option<&Value> {
    tasks.get(0)?.get("resultObjects")?.get(0)?.get("serviceKey").filter(|key| !key.is_null())
}
