//! Typed objects of an execution: which properties can be read, and nothing else (§2.5).
pub(crate) mod call;
mod shape;
mod trigger;

use serde_json::Value;

use crate::error::Eval;
use crate::execution::{EMPTY, Execution, Object, Status};
use crate::value::{Key, List, Map, OwnedMap, Set, SetKind, Val};
pub(crate) use shape::{Field, Shape};
pub(crate) use trigger::{TRIGGER_DEFAULTS, trigger_default};

/// An object of which only listed properties can be read.
#[derive(Debug, Clone)]
pub(crate) enum Bean<'a> {
    Execution(&'a Execution<'a>),
    Stage(&'a Execution<'a>, usize),
    /// An object read from JSON.
    Data(Shape, &'a Object),
}

impl<'a> Bean<'a> {
    pub fn shape(&self) -> Shape {
        match self {
            Bean::Execution(_) => Shape::Execution,
            Bean::Stage(..) => Shape::Stage,
            Bean::Data(shape, _) => *shape,
        }
    }

    /// A property; nothing when it is unknown or may not be read.
    pub fn property(&self, name: &str) -> Option<Val<'a>> {
        match self {
            Bean::Execution(execution) => execution_property(execution, name),
            Bean::Stage(execution, stage) => stage_property(execution, *stage, name),
            Bean::Data(Shape::Trigger, trigger) => trigger::property(trigger, name),
            Bean::Data(shape, object) => data_property(*shape, object, name),
        }
    }

    /// Whether two are the same object, or equal data.
    pub fn same(&self, other: &Bean<'_>) -> bool {
        match (self, other) {
            (Bean::Execution(a), Bean::Execution(b)) => a.text("id") == b.text("id"),
            (Bean::Stage(a, i), Bean::Stage(b, j)) => {
                let id = |execution: &Execution<'_>, at: usize| execution.stages.get(at).map(|s| s.id.to_owned());
                id(a, *i) == id(b, *j)
            }
            (Bean::Data(a, x), Bean::Data(b, y)) => a == b && x == y,
            _ => false,
        }
    }

    /// A short text that says what it is.
    pub fn java_string(&self) -> String {
        match self {
            Bean::Execution(execution) => format!("PipelineExecution({})", execution.text("id").unwrap_or_default()),
            Bean::Stage(execution, stage) => {
                let of = execution.stages.get(*stage);
                let id = of.map_or("", |stage| stage.id);
                format!("Stage {{id='{id}', executionId='{}'}}", execution.text("id").unwrap_or_default())
            }
            Bean::Data(shape, object) => {
                let values = shape.fields().iter().map(|(name, _)| {
                    let value = data_property(*shape, object, name).unwrap_or(Val::Null);
                    format!("{name}={}", value.java_string())
                });
                format!("{}({})", shape.name(), values.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The API form.
    pub fn to_json(&self) -> Eval<Value> {
        match self {
            Bean::Execution(execution) => {
                let mut object = execution.fields.clone();
                if let Some(trigger) = execution.trigger {
                    object.insert("trigger".to_owned(), Value::Object(trigger.clone()));
                }
                let stages = (0..execution.stages.len()).map(|at| Bean::Stage(execution, at).to_json());
                object.insert("stages".to_owned(), stages.collect::<Eval<Value>>()?);
                Ok(Value::Object(object))
            }
            Bean::Stage(execution, at) => Ok(stage_json(execution, *at)),
            Bean::Data(_, object) => Ok(Value::Object((*object).clone())),
        }
    }
}

fn stage_json(execution: &Execution<'_>, at: usize) -> Value {
    let Some(stage) = execution.stages.get(at) else {
        return Value::Null;
    };
    let mut object = stage.more.clone();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("id", stage.id.into());
    put("refId", stage.ref_id.into());
    put("type", stage.kind.into());
    put("name", stage.name().into());
    put("status", stage.status.name().into());
    put("context", Value::Object(stage.context.to_object()));
    put("outputs", Value::Object(stage.outputs.clone()));
    put("requisiteStageRefIds", Value::from(stage.requisites.clone()));
    if let Some(tasks) = stage.tasks {
        put("tasks", tasks.tasks().clone());
    }
    Value::Object(object)
}

fn execution_property<'a>(execution: &'a Execution<'a>, name: &str) -> Option<Val<'a>> {
    Some(match name {
        "stages" => Val::List(List::Stages(execution)),
        "context" => merged_outputs(execution),
        "trigger" => match execution.trigger {
            Some(trigger) => Val::Bean(Bean::Data(Shape::Trigger, trigger)),
            None => Val::Null,
        },
        _ => return data_property(Shape::Execution, execution.fields, name),
    })
}

/// Outputs of top-level stages in topological order: later ones win, two lists are joined without repeats.
fn merged_outputs<'a>(execution: &'a Execution<'a>) -> Val<'a> {
    let mut merged = OwnedMap::new();
    for stage in execution.topological().into_iter().filter_map(|at| execution.stages.get(at)) {
        for (name, value) in stage.outputs {
            let value = Val::from_json(value);
            let joined = match (merged.get(&Key::text(name)), &value) {
                (Some(Val::List(before)), Val::List(after)) => {
                    let mut items: Vec<Val<'a>> = before.iter().collect();
                    for item in after.iter() {
                        if !items.iter().any(|known| known.java_equals(&item)) {
                            items.push(item);
                        }
                    }
                    Val::list(items)
                }
                _ => value,
            };
            merged.insert(Key::text(name), joined);
        }
    }
    Val::Map(Map::owned(merged))
}

fn stage_property<'a>(execution: &'a Execution<'a>, at: usize, name: &str) -> Option<Val<'a>> {
    let stage = execution.stages.get(at)?;
    let of_stage = |at: usize| Val::Bean(Bean::Stage(execution, at));
    let flag = |key: &str| Val::Bool(stage.context.get(key).and_then(Value::as_bool).unwrap_or(false));
    Some(match name {
        "id" => Val::borrowed(stage.id),
        "refId" => Val::borrowed(stage.ref_id),
        "type" => Val::borrowed(stage.kind),
        "name" => Val::borrowed(stage.name.unwrap_or(stage.kind)),
        "status" => Val::Status(stage.status),
        "context" => Val::Map(Map::Context(execution, at)),
        "outputs" => Val::Map(Map::Json(stage.outputs)),
        "tasks" => list_of(Shape::Task, stage.tasks.map(|tasks| tasks.tasks())),
        "startTime" => stage.start_time.map_or(Val::Null, Val::Long),
        "endTime" => stage.end_time.map_or(Val::Null, Val::Long),
        "parentStageId" => stage.parent.map_or(Val::Null, Val::borrowed),
        "parent" => of_stage(execution.stage_by_id(stage.parent?)?),
        "topLevelStage" => of_stage(top_level(execution, at)),
        "execution" => Val::Bean(Bean::Execution(execution)),
        "requisiteStageRefIds" => Val::Set(Set {
            kind: SetKind::Plain,
            items: stage.requisites.iter().map(|reference| Val::borrowed(reference)).collect(),
        }),
        "hasSucceeded" => Val::Bool(stage.status == Status::Succeeded),
        "hasFailed" => Val::Bool(stage.status == Status::Terminal),
        "join" => Val::Bool(stage.requisites.len() > 1),
        "manualJudgmentType" => stage.context.get("judgmentInput").map_or(Val::Null, Val::from_json),
        "allowSiblingStagesToContinueOnFailure" => flag("completeOtherBranchesThenFail"),
        "continuePipelineOnFailure" => flag("continuePipeline"),
        _ => return data_property(Shape::Stage, stage.more, name),
    })
}

fn top_level(execution: &Execution<'_>, mut at: usize) -> usize {
    // Bounded by the number of stages, should the parents ever form a ring.
    for _ in 0..execution.stages.len() {
        let parent = execution.stages.get(at).and_then(|stage| stage.parent);
        match parent.and_then(|id| execution.stage_by_id(id)) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}

fn data_property<'a>(shape: Shape, object: &'a Object, name: &str) -> Option<Val<'a>> {
    let (_, field) = shape.fields().iter().find(|(known, _)| *known == name)?;
    Some(field_value(*field, object.get(name)))
}

/// A field as its getter would answer it.
fn field_value(field: Field, value: Option<&Value>) -> Val<'_> {
    let value = value.filter(|value| !value.is_null());
    match (field, value) {
        (Field::Flag, None) => Val::Bool(false),
        (Field::List | Field::ListOf(_), None) => Val::list(Vec::new()),
        (Field::Object, None) => Val::Map(Map::Json(&EMPTY)),
        (_, None) => Val::Null,
        (Field::Status, Some(value)) => match value.as_str().and_then(Status::parse) {
            Some(status) => Val::Status(status),
            None => Val::from_json(value),
        },
        (Field::Long, Some(value)) => value.as_i64().map_or_else(|| Val::from_json(value), Val::Long),
        (Field::Of(shape), Some(Value::Object(object))) => Val::Bean(Bean::Data(shape, object)),
        (Field::ListOf(shape), value) => list_of(shape, value),
        (_, Some(value)) => Val::from_json(value),
    }
}

fn list_of(shape: Shape, value: Option<&Value>) -> Val<'_> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Val::list(items.iter().map(|item| element(shape, item)).collect())
}

fn element(shape: Shape, item: &Value) -> Val<'_> {
    match item {
        Value::Object(object) => Val::Bean(Bean::Data(shape, object)),
        other => Val::from_json(other),
    }
}
