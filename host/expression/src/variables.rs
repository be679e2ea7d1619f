//! Evaluate Variables, version 4: in order, each seeing those before it (§1.8).
use serde_json::{Value, json};

use crate::execution::Object;
use crate::need::Need;
use crate::options::Options;
use crate::root::Root;
use crate::summary::Summary;
use crate::walk::{Walk, Walker};

/// What the variables of a stage became.
#[derive(Debug, Clone)]
pub struct Variables {
    /// The entries with results; failed ones keep their texts.
    pub variables: Vec<Value>,
    /// What the stage puts out: every variable with a key, failed ones with their text.
    pub outputs: Object,
    /// What gave no value.
    pub summary: Summary,
    /// What has to be fetched first; variables after the one that asks were not evaluated.
    pub needs: Vec<Need>,
}

/// Evaluates a stage's `variables` list, each with the ones before it on the root. Keys are never evaluated, values
/// that are no strings are left alone and are not visible to the others.
pub fn evaluate_variables(
    variables: &[Value],
    root: &Root<'_>,
    options: &Options<'_>,
    walk: Walk<'_>,
    summary: Summary,
) -> Variables {
    let mut known = Object::new();
    let mut result = Variables {
        variables: Vec::with_capacity(variables.len()),
        outputs: Object::new(),
        summary,
        needs: Vec::new(),
    };
    for variable in variables {
        let mut entry = variable.clone();
        if result.needs.is_empty()
            && let Some(fields) = entry.as_object_mut()
        {
            one(fields, &mut known, root, options, walk, &mut result);
        }
        result.variables.push(entry);
    }
    for variable in &result.variables {
        if let Some(key) = variable.get("key").and_then(Value::as_str).filter(|key| !key.is_empty()) {
            result.outputs.insert(key.to_owned(), variable.get("value").cloned().unwrap_or(Value::Null));
        }
    }
    result
}

fn one(
    fields: &mut Object,
    known: &mut Object,
    root: &Root<'_>,
    options: &Options<'_>,
    walk: Walk<'_>,
    result: &mut Variables,
) {
    let Some(text) = fields.get("value").and_then(Value::as_str).map(str::to_owned) else {
        return;
    };
    if fields.get("sourceValue").is_none_or(Value::is_null) {
        fields.insert("sourceValue".to_owned(), text.replace("${", "{").into());
    }
    let source = json!({"var": text, "description": fields.get("description").cloned()});
    let before = result.summary.failure_count;
    let augmented = root.clone().with_variables(known);
    let mut walker = Walker::new(&augmented, options, walk, std::mem::take(&mut result.summary));
    let evaluated = walker.value(&source, &Object::new());
    result.summary = walker.summary;
    result.needs = walker.needs;
    if !result.needs.is_empty() || result.summary.failure_count > before {
        return;
    }
    let Value::Object(mut evaluated) = evaluated else {
        return;
    };
    let value = evaluated.remove("var").unwrap_or(Value::Null);
    if let Some(key) = fields.get("key").and_then(Value::as_str) {
        known.insert(key.to_owned(), value.clone());
    }
    fields.insert("value".to_owned(), value);
    if let Some(description) = evaluated.remove("description").filter(|description| !description.is_null()) {
        fields.insert("description".to_owned(), description);
    }
}

/// `value` from `sourceValue` again, as a restart does it: every `{` becomes `${`.
pub fn restore_variables(variables: &mut [Value]) {
    for fields in variables.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(source) = fields.get("sourceValue").and_then(Value::as_str).map(|text| text.replace('{', "${")) {
            fields.insert("value".to_owned(), source.into());
        }
    }
}
