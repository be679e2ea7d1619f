//! The reference's cases, compared strictly: every `*.jsonl` in `tests/cases`.
use std::path::{Path, PathBuf};

use expression::{
    Environment, Evaluated, Execution, Level, Object, Options, Outcome, Root, Template, Walk, evaluate_value,
};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    files.sort();
    files
}

/// Named contexts of every file.
fn contexts() -> Value {
    let parsed = files("contexts.json").into_iter().map(|path| serde_json::from_str::<Object>(&read(&path)));
    Value::Object(parsed.flat_map(|contexts| contexts.expect("contexts are JSON")).collect())
}

/// Runs a case with the root that it describes.
fn run<'v>(case: &'v Value, contexts: &'v Value) -> Outcome<'v> {
    let context = match case["context"].get("$ref") {
        Some(name) => &contexts[name.as_str().expect("a name")],
        None => &case["context"],
    };
    let mut options = Options::new(Environment::new(1_711_111_111_000, 7));
    options.allow_unknown_keys = case.get("allowUnknownKeys").is_none_or(|allow| allow == true);
    let fields: &Object = context.as_object().expect("a context");
    let execution = fields.get("execution").and_then(Execution::from_json);
    let root = match (&execution, case.get("stage").and_then(Value::as_str)) {
        (None, _) => Root::of_context(fields),
        (Some(execution), None) => Root::of_execution(execution).with_context(fields),
        (Some(execution), Some(reference)) => {
            let stage = execution.stage_by_ref_id(reference).expect("the stage exists");
            Root::of_stage(execution, stage).expect("the stage exists")
        }
    };
    evaluate_value(&case["expression"], &root, &options, Walk::default())
}

/// Strict: `2` is not `2.0`; the order of maps does not matter.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.is_f64() == b.is_f64() && a == b,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

fn verdict(case: &Value, outcome: &Outcome<'_>) -> Result<(), String> {
    let errors = outcome.summary.has(Level::Error);
    let infos = outcome.summary.has(Level::Info);
    let expected = if case["error"] == true { &case["expression"] } else { &case["expected"] };
    let levels = if case["error"] == true { errors } else { !errors && infos == (case["unresolved"] == true) };
    if same(&outcome.value, expected) && levels && outcome.needs.is_empty() {
        return Ok(());
    }
    let said: Vec<&str> = outcome.summary.descriptions().collect();
    Err(format!(
        "{} {}: expected {expected}{}, got {} {said:?}",
        case["id"],
        case["expression"],
        if case["error"] == true { " and an error" } else { "" },
        outcome.value
    ))
}

#[test]
fn every_case_holds() {
    let contexts = contexts();
    let files = files("cases.jsonl");
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files {
        for line in read(&file).lines().filter(|line| !line.trim().is_empty()) {
            let case: Value = serde_json::from_str(line).expect("a case is JSON");
            count += 1;
            failures.extend(verdict(&case, &run(&case, &contexts)).err());
        }
    }
    assert!(count >= 650, "only {count} cases found");
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn a_template_serves_many_evaluations() {
    let template = Template::parse("${a + 1}", &Default::default()).expect("parses");
    let options = Options::new(Environment::new(0, 0));
    for a in 0..3 {
        let context = serde_json::json!({"a": a});
        let root = Root::of_context(context.as_object().expect("an object"));
        assert_eq!(template.evaluate(&root, &options), Evaluated::Value(Value::from(a + 1)));
    }
}
