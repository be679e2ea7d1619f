//! Whole passes: walks, summaries, needs, variables, conditions, submitted pipelines, lookup order.
use std::borrow::Cow;

use expression::{
    Answers, Code, Condition, Environment, EvaluatorVersion, Execution, Level, Limits, Need, Object, Options, Root,
    Summary, Templates, Walk, evaluate_bool, evaluate_pipeline, evaluate_stage_enabled, evaluate_value,
    evaluate_variables, restore_variables,
};
use serde_json::{Value, json};

const NOW: i64 = 1_711_111_111_000;

fn object(value: &Value) -> &Object {
    value.as_object().expect("an object")
}

fn options() -> Options<'static> {
    Options::new(Environment::new(NOW, 7))
}

fn contexts() -> Value {
    serde_json::from_str(include_str!("cases/expression-contexts.json")).expect("contexts are JSON")
}

#[test]
fn a_walk_evaluates_keys_and_values_and_leaves_the_rest() {
    let context = json!({"key": "colour", "n": 3, "status": true});
    let root = Root::of_context(object(&context));
    let source =
        json!({"${key}": "x", "list": ["${n}", {"in": "${n}!"}], "num": 5.0, "nil": null, "deep": {"${n}": 1}});
    let outcome = evaluate_value(&source, &root, &options(), Walk::default());
    let expected = json!({"colour": "x", "list": [3, {"in": "3!"}], "num": 5.0, "nil": null, "deep": {"3": 1}});
    assert_eq!(*outcome.value, expected);
    assert_eq!((outcome.summary.total_evaluated, outcome.summary.failure_count), (4, 0));
    assert!(outcome.summary.is_empty());
}

#[test]
fn deferred_fields_stay_as_they_are() {
    let context = json!({"n": 3});
    let root = Root::of_context(object(&context));
    let source =
        json!({"a": "${n}", "variables": [{"value": "${n}", "key": "${n}"}], "b": {"c/d": "${n}", "e": "${n}"}});
    let walk = Walk { templates: None, deferred: &["/variables/*/value", "/b/c~1d"] };
    let outcome = evaluate_value(&source, &root, &options(), walk);
    let expected = json!({"a": 3, "variables": [{"value": "${n}", "key": 3}], "b": {"c/d": "${n}", "e": 3}});
    assert_eq!(*outcome.value, expected);
}

#[test]
fn the_summary_is_filed_as_spinnaker_files_it() {
    let context = json!({"id": 7, "region": "eu"});
    let root = Root::of_context(object(&context));
    let source = json!({"one": "${ regoin }", "two": "v-${missing}-${id}", "three": {"deep": "${id.nope}"}, "four": "${(}", "l": ["${x.y}"]});
    let outcome = evaluate_value(&source, &root, &options(), Walk::default());
    assert_eq!(
        *outcome.value,
        json!({"one": "${ regoin }", "two": "v-${missing}-7", "three": {"deep": "${id.nope}"}, "four": "${(}", "l": ["${x.y}"]})
    );
    let summary = outcome.summary.to_json();
    let description = |key: &str| summary[key][0]["description"].as_str().expect(key).to_owned();
    assert_eq!(summary["regoin"][0]["level"], "INFO");
    assert_eq!(description("regoin"), "Failed to evaluate [one] : regoin not found; did you mean region?");
    assert!(summary["regoin"][0].get("exceptionType").is_none());
    assert!(description("v-missing-id").starts_with("Failed to evaluate [two] : v-missing-id not found"));
    assert!(description("id.nope").starts_with("Failed to evaluate [deep] EL1021E: property 'nope'"));
    assert_eq!(summary["id.nope"][0]["exceptionType"], "org.springframework.expression.spel.SpelEvaluationException");
    assert_eq!(summary["id.nope"][0]["timestamp"], NOW);
    assert_eq!(summary["("][0]["exceptionType"], "org.springframework.expression.spel.SpelParseException");
    assert!(
        description("x.y").starts_with("Failed to evaluate {x.y} EL1007E") || description("x.y").contains("EL1007E")
    );
    assert!(!description("x.y").contains('$'));
    assert_eq!((outcome.summary.total_evaluated, outcome.summary.failure_count), (5, 5));
    let stored = json!({"id.nope": [1], "gone": [2], "regoin": [3]});
    let context = json!({"region": 1});
    let fixed = json!({"k": "${region}", "g": "${gone}"});
    let root = Root::of_context(object(&context));
    let later = evaluate_value(&fixed, &root, &options(), Walk::default());
    let fresh = later.summary.refresh(object(&stored));
    assert!(fresh.contains_key("id.nope") && fresh.contains_key("gone") && fresh.contains_key("regoin"));
    let cured = json!({"gone": "now there"});
    let root = Root::of_context(object(&cured));
    let later = evaluate_value(&fixed, &root, &options(), Walk::default());
    assert!(!later.summary.refresh(object(&stored)).contains_key("gone"));
}

#[test]
fn problems_say_where_and_what_was_meant() {
    let context = json!({"image": {"id": 1}});
    let root = Root::of_context(object(&context));
    let cases = [
        ("abc\n ${image.id + imgae.id}", Code::NullValue, 2, 21, Some("imgae"), vec!["image"]),
        ("${#toItn('1')}", Code::UnknownFunction, 1, 3, Some("toItn"), vec!["toInt"]),
        ("${'a'.lenght()}", Code::UnknownMethod, 1, 7, Some("lenght"), vec!["length"]),
        ("${image.id = 2}", Code::Assignment, 1, 12, None, vec![]),
        ("${1 +}", Code::Syntax, 1, 6, None, vec![]),
        ("${T(java.time.LocalDat)}", Code::TypeRefused, 1, 3, None, vec![]),
        ("${T(LocalDate)}", Code::UnknownType, 1, 3, Some("LocalDate"), vec!["java.time.LocalDate"]),
    ];
    for (text, code, line, column, name, nearest) in cases {
        let value = Value::String(text.to_owned());
        let outcome = evaluate_value(&value, &root, &options(), Walk::default());
        let (_, entries) = outcome.summary.entries().next().expect(text);
        let problem = &entries[0].problem;
        assert_eq!((problem.code, problem.line, problem.column), (code, line, column), "{text}: {problem:?}");
        assert_eq!(problem.name.as_deref(), name, "{text}");
        if code != Code::UnknownType {
            assert!(
                nearest.iter().all(|wanted| problem.nearest.iter().any(|found| found == wanted)),
                "{text}: {problem:?}"
            );
        }
    }
}

#[test]
fn needs_are_returned_and_answered() {
    let contexts = contexts();
    let execution = Execution::from_json(&contexts["run"]["execution"]).expect("an execution");
    let root = Root::of_execution(&execution);
    let source = json!({
        "a": "${#jsonFromUrl('https://a.example/x').v + 1}",
        "b": "id ${#pipelineId('Bake')} ${#pipelineIdOrNull('Bake')}",
        "c": "${#applicationMetadata('parcel').email}",
        "d": "${execution.name}",
        "e": "${#propertiesFromUrl('https://a.example/x')['k']}",
        "f": "${#canaryConfigNameToId('c', 'parcel')}",
    });
    let first = evaluate_value(&source, &root, &options(), Walk::default());
    assert_eq!(first.value["d"], "Release parcel");
    assert_eq!(first.value["a"], source["a"]);
    assert!(first.summary.is_empty(), "what waits has not failed");
    let pipeline = Need::PipelineId { application: "parcel".to_owned(), name: "Bake".to_owned() };
    let url = Need::Url { url: "https://a.example/x".to_owned() };
    let metadata = Need::ApplicationMetadata { application: "parcel".to_owned() };
    let canary = Need::CanaryConfigId { application: "parcel".to_owned(), name: "c".to_owned() };
    assert_eq!(first.needs, [url.clone(), pipeline.clone(), metadata.clone(), canary.clone()]);
    let answers: Answers = [
        (url, Ok(json!("{\"v\": 41}"))),
        (pipeline, Ok(json!("p-1"))),
        (metadata, Err("front50 is away".to_owned())),
        (canary, Ok(Value::Null)),
    ]
    .into_iter()
    .collect();
    let mut options = options();
    options.answers = Some(&answers);
    let second = evaluate_value(&source, &root, &options, Walk::default());
    assert!(second.needs.is_empty());
    assert_eq!((&second.value["a"], &second.value["b"]), (&json!(42), &json!("id p-1 p-1")));
    assert_eq!((&second.value["c"], &second.value["f"]), (&source["c"], &source["f"]));
    assert!(second.summary.descriptions().any(|text| text.contains("front50 is away")));
    // The two that fail, and the property that is not there.
    assert_eq!(second.summary.failure_count, 3);
}

#[test]
fn variables_see_those_before_them() {
    let context = json!({"base": "img"});
    let root = Root::of_context(object(&context));
    let mut variables = vec![
        json!({"key": "tag", "value": "${base}-1", "description": "of ${base}"}),
        json!({"key": "full", "value": "repo/${tag}"}),
        json!({"key": "number", "value": 5}),
        json!({"key": "bad", "value": "${number}"}),
        json!({"key": "after", "value": "${bad ?: 'none'}"}),
        json!({"key": "${base}", "value": "${ {1,2} }"}),
        json!({"key": "half", "value": "${base} ${nope}"}),
        json!({"key": "", "value": "x"}),
    ];
    let result = evaluate_variables(&variables, &root, &options(), Walk::default(), Summary::default());
    let expected = json!({
        "tag": "img-1", "full": "repo/img-1", "number": 5, "bad": "${number}", "after": "none", "${base}": [1, 2],
        "half": "${base} ${nope}",
    });
    assert_eq!(Value::Object(result.outputs), expected);
    assert_eq!(result.variables[0]["sourceValue"], "{base}-1");
    assert_eq!(result.variables[0]["description"], "of img");
    assert_eq!(result.summary.failure_count, 2);
    variables.clone_from(&result.variables);
    restore_variables(&mut variables);
    assert_eq!(variables[1]["value"], "repo/${tag}");
}

#[test]
fn conditions_are_true_only_if_they_read_true() {
    let context = json!({"on": true, "text": "TRUE", "n": 1});
    let root = Root::of_context(object(&context));
    let options = options();
    let templates = Templates::new(Limits::default(), 1 << 16);
    for yes in ["on", "text", "'true'", "n == 1"] {
        assert_eq!(evaluate_bool(yes, &root, &options, &templates), Condition::True, "{yes}");
    }
    for no in ["n", "missing", "1 / 0", "(", "'yes'", "!on"] {
        assert!(matches!(evaluate_bool(no, &root, &options, &templates), Condition::False { .. }), "{no}");
    }
    assert_eq!(evaluate_stage_enabled(" ", &root, &options, &templates), Condition::True);
    assert!(matches!(evaluate_bool("#fromUrl('https://a.example')", &root, &options, &templates), Condition::Needs(_)));
}

#[test]
fn a_submitted_pipeline_keeps_its_stages_with_version_four() {
    let context = json!({"trigger": {"parameters": {"env": "prod"}}, "templateVariables": {}});
    let root = Root::of_context(object(&context));
    let pipeline = json!({"name": "to ${parameters.env}", "stages": [{"name": "${parameters.env}", "x": "${later}"}]});
    let options = options().at_submit();
    let new = evaluate_pipeline(&pipeline, EvaluatorVersion::parse(Some("V4")), &root, &options, Walk::default());
    assert_eq!((&new.value["name"], &new.value["stages"]), (&json!("to prod"), &pipeline["stages"]));
    assert!(new.summary.is_empty());
    let old = evaluate_pipeline(&pipeline, EvaluatorVersion::parse(None), &root, &options, Walk::default());
    assert_eq!(old.value["stages"][0], json!({"name": "prod", "x": "${later}"}));
    assert!(old.summary.has(Level::Error), "a missing key is an error at submit time");
    assert_eq!(EvaluatorVersion::parse(Some("v9")), EvaluatorVersion::V3);
}

#[test]
fn templates_are_kept_within_bounds() {
    let templates = Templates::new(Limits::default(), 64);
    for n in 0..100 {
        let template = templates.get(&format!("${{{n}}}")).expect("parses");
        assert_eq!(template.key(), n.to_string());
    }
    assert!(templates.get("${(").is_err());
    assert!(templates.get(&"x".repeat(1_000)).is_ok());
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&templates);
}

#[test]
fn a_large_context_is_borrowed() {
    let context = json!({"big": "x".repeat(1 << 20), "m": {"k": 1}});
    let root = Root::of_context(object(&context));
    let source = json!({"a": "${m.k}"});
    let outcome = evaluate_value(&source, &root, &options(), Walk::default());
    assert!(matches!(outcome.value, Cow::Owned(_)));
    assert_eq!(outcome.value["a"], 1);
    assert_eq!(*evaluate_value(&json!("${big.length()}"), &root, &options(), Walk::default()).value, json!(1 << 20));
}
