//! An execution from its API form.
use serde_json::Value;

use super::{Context, EMPTY, Execution, Object, Owner, Stage, Status, Tasks};

impl<'a> Execution<'a> {
    /// Reads the JSON that Gate shows for an execution; missing parts are empty.
    ///
    /// Nothing when the value is not an object.
    pub fn from_json(value: &'a Value) -> Option<Execution<'a>> {
        let fields = value.as_object()?;
        let stages = fields.get("stages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let stages = stages.iter().filter_map(Value::as_object).map(stage).collect();
        Some(Execution::new(fields, fields.get("trigger").and_then(Value::as_object), stages))
    }
}

fn stage(fields: &Object) -> Stage<'_> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let object = |name: &str| fields.get(name).and_then(Value::as_object).unwrap_or(&EMPTY);
    let requisites = fields.get("requisiteStageRefIds").and_then(Value::as_array);
    Stage {
        id: text("id").unwrap_or_default(),
        ref_id: text("refId").unwrap_or_default(),
        kind: text("type").unwrap_or_default(),
        name: text("name"),
        status: text("status").and_then(Status::parse).unwrap_or(Status::NotStarted),
        context: Context::new(object("context")),
        outputs: object("outputs"),
        requisites: requisites.map(|refs| refs.iter().filter_map(Value::as_str).collect()).unwrap_or_default(),
        parent: text("parentStageId"),
        owner: match text("syntheticStageOwner") {
            Some("STAGE_BEFORE") => Some(Owner::Before),
            Some("STAGE_AFTER") => Some(Owner::After),
            _ => None,
        },
        tasks: fields.get("tasks").map(|tasks| tasks as &dyn Tasks),
        start_time: fields.get("startTime").and_then(Value::as_i64),
        end_time: fields.get("endTime").and_then(Value::as_i64),
        more: fields,
    }
}
