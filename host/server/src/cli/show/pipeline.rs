//! A pipeline: its parameters, triggers and stages, and how it went lately.

use serde_json::Value;

use super::{Facts, executions, joined, list, moment, text};

/// Lines of `found`, a pipeline, with its newest executions.
pub(in crate::cli) fn pipeline(found: &Value, newest: &[Value]) -> Vec<String> {
    let mut facts = Facts::default();
    facts.add("pipeline", format!("{} / {}", text(found, "/application"), text(found, "/name")));
    facts.add("id", text(found, "/id"));
    let (revision, by) = (text(found, "/revision"), text(found, "/updatedBy"));
    facts.add("revision", format!("{revision}, saved {} by {by}", moment(found, "/updated")));
    facts.add("description", text(found, "/document/description"));
    if found.pointer("/document/disabled").and_then(Value::as_bool) == Some(true) {
        facts.add("disabled", "no trigger of it fires, and nobody can start it");
    }
    facts.all("parameters", list(found, "/document/parameterConfig").map(parameter));
    facts.all("triggers", list(found, "/document/triggers").map(trigger));
    facts.all("stages", list(found, "/document/stages").map(stage));
    facts.all("executions", executions(newest));
    facts.lines
}

fn parameter(parameter: &Value) -> String {
    let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
    let mut parts = vec![text(parameter, "/name")];
    parts.extend(required.then(|| "required".to_owned()));
    let default = text(parameter, "/default");
    parts.extend((!default.is_empty()).then(|| format!("default {default}")));
    let options = list(parameter, "/options").map(|option| text(option, "/value")).collect::<Vec<String>>().join(", ");
    parts.extend((!options.is_empty()).then(|| format!("one of {options}")));
    parts.extend(Some(text(parameter, "/description")).filter(|text| !text.is_empty()));
    parts.join(" · ")
}

fn trigger(trigger: &Value) -> String {
    let off = trigger.get("enabled").and_then(Value::as_bool) == Some(false);
    let source = ["/source", "/cronExpression", "/repository", "/job", "/pipeline"].map(|key| text(trigger, key));
    let source = source.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    format!("{} {source}{}", text(trigger, "/type"), if off { " (off)" } else { "" })
}

fn stage(stage: &Value) -> String {
    let after = joined(stage, "/requisiteStageRefIds");
    let after = if after.is_empty() { after } else { format!(" · after {after}") };
    let (reference, name) = (text(stage, "/refId"), text(stage, "/name"));
    let reference = if reference.is_empty() { "-".into() } else { reference };
    format!("{reference}  {name} · {}{after}", text(stage, "/type"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pipeline_is_its_inputs_and_its_graph() {
        let found = json!({
            "id": "p", "application": "shop", "name": "release", "revision": 3, "updated": "2026-01-31T10:00:00.000Z", "updatedBy": "ann",
            "document": {
                "parameterConfig": [{ "name": "version", "required": true, "default": "1", "options": [{ "value": "1" }, { "value": "2" }] }],
                "triggers": [{ "type": "webhook", "source": "hook", "enabled": false }],
                "stages": [{ "refId": "1", "type": "wait", "name": "Nap" }, { "refId": 2, "type": "x", "name": "Then", "requisiteStageRefIds": ["1"] }],
            },
        });
        let newest =
            [json!({ "id": "01J", "status": "RUNNING", "created": "2026-01-31T10:00:00.000Z", "name": "release" })];
        assert_eq!(
            pipeline(&found, &newest),
            [
                "pipeline    shop / release",
                "id          p",
                "revision    3, saved 2026-01-31T10:00:00Z by ann",
                "parameters  version · required · default 1 · one of 1, 2",
                "triggers    webhook hook (off)",
                "stages      1  Nap · wait",
                "            2  Then · x · after 1",
                "executions  01J  RUNNING         2026-01-31T10:00:00Z  release",
            ]
        );
    }
}
