//! Answers for what a stage asks: the caller's where there is one, else what usually comes.

use domain::code::code;
use domain::params::Value;
use domain::pipeline::Definition;
use domain::pipeline::field::escaped;
use domain::problem::nearest;
use domain::{Failure, FailureClass, Params, Problem};

use crate::AppError;

/// Stands for any stage, and for any label.
const ANY: &str = "*";

/// The caller's answers, checked.
#[derive(Debug)]
pub(super) struct Model {
    stages: Params,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Modelled {
    pub(super) outcome: Result<Params, Failure>,
    /// Milliseconds after the request.
    pub(super) after: i64,
    /// It is one of the caller's.
    pub(super) given: bool,
}

impl Model {
    /// Reads answers. `definition`: the only pipeline that is played, so that every stage must be one of its.
    ///
    /// # Errors
    /// `preview.answers-invalid` with pointers.
    pub(super) fn read(answers: &Params, definition: Option<&Definition>) -> Result<Model, AppError> {
        let mut problems = Vec::new();
        let mut wrong = |pointer: String, message: String| {
            problems.push(Problem::at(pointer, code("preview.answers-invalid"), message));
        };
        match answers.value() {
            Value::Null => {}
            Value::Object(members) => {
                for key in members.keys().filter(|key| *key != "stages") {
                    let message = format!("`{key}` is not known here; answers stand below `stages`.");
                    wrong(format!("/{}", escaped(key)), message);
                }
            }
            _ => wrong(String::new(), "Answers are an object: {\"stages\": {…}}.".into()),
        }
        let stages = answers.get("stages").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let Value::Object(by_stage) = &stages else {
            wrong("/stages".into(), "`stages` is an object: references or names of stages, and their answers.".into());
            return Err(AppError::invalid("The answers", problems));
        };
        for (stage, labels) in by_stage {
            let pointer = format!("/stages/{}", escaped(stage));
            if let Some(message) = definition.and_then(|definition| unknown_stage(definition, stage)) {
                wrong(pointer.clone(), message);
            }
            let Value::Object(labels) = labels else {
                wrong(pointer, "Answers of a stage are an object: labels, and what is answered.".into());
                continue;
            };
            for (label, answer) in labels {
                if let Err(message) = read(answer) {
                    wrong(format!("{pointer}/{}", escaped(label)), message);
                }
            }
        }
        if problems.is_empty() {
            Ok(Model { stages: Params::new(stages) })
        } else {
            Err(AppError::invalid("The answers", problems))
        }
    }

    /// The answer to `label` of a stage; `usual` where the caller says nothing.
    pub(super) fn answer(&self, reference: &str, name: &str, label: &str, usual: Modelled) -> Modelled {
        let by_stage = [reference, name, ANY].into_iter().filter_map(|stage| self.stages.get(stage));
        let found = by_stage.filter_map(|labels| labels.get(label).or_else(|| labels.get(ANY))).next();
        match found.map(read) {
            Some(Ok((outcome, after))) => Modelled { outcome, after: after.unwrap_or(usual.after), given: true },
            _ => usual,
        }
    }
}

fn unknown_stage(definition: &Definition, wanted: &str) -> Option<String> {
    let known = definition.stages.iter().any(|stage| stage.ref_id.as_str() == wanted || stage.name == wanted);
    // Synthetic stages are named by their parent's reference, `<` or `>`, and their number.
    if known || wanted == ANY || wanted.contains(['<', '>']) {
        return None;
    }
    let names = definition.stages.iter().flat_map(|stage| [stage.ref_id.as_str(), stage.name.as_str()]);
    let near = nearest(wanted, names);
    let near = near.first().map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
    Some(format!("No stage has the reference or name `{wanted}`.{near}"))
}

type Read = (Result<Params, Failure>, Option<i64>);

fn read(answer: &Value) -> Result<Read, String> {
    let shape =
        "An answer is {\"value\": …} or {\"failure\": \"why\"}, with \"after\" in milliseconds if it takes its time.";
    let Value::Object(members) = answer else { return Err(shape.into()) };
    if members.keys().any(|key| !matches!(key.as_str(), "value" | "failure" | "after")) {
        return Err(shape.into());
    }
    let after = match members.get("after") {
        None => None,
        Some(after) => {
            let millis = after.as_i64().filter(|millis| *millis >= 0);
            Some(millis.ok_or("`after` is a number of milliseconds, 0 or more.")?)
        }
    };
    let outcome = match (members.get("value"), members.get("failure")) {
        (Some(value), None) => Ok(Params::new(value.clone())),
        (None, Some(failure)) => Err(failed(failure)?),
        (None, None) => Ok(Params::object()),
        (Some(_), Some(_)) => return Err("It is answered with a `value` or with a `failure`, not with both.".into()),
    };
    Ok((outcome, after))
}

fn failed(failure: &Value) -> Result<Failure, String> {
    if let Some(message) = failure.as_str() {
        return Ok(Failure::new(FailureClass::Unavailable, code("preview.failure"), message));
    }
    serde_json::from_value(failure.clone())
        .map_err(|error| format!("A failure is a text, or an object with class, code and message: {error}."))
}

impl Modelled {
    /// What usually comes.
    pub(super) fn usual(value: Params, after: i64) -> Modelled {
        Modelled { outcome: Ok(value), after, given: false }
    }
}
