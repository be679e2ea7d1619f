//! The reference's cases, compared strictly: every `*-cases.jsonl` in `tests/cases`.
use std::path::{Path, PathBuf};

use expression::{Case, Environment, Evaluated, Object, Options, Root, Template};
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
fn contexts() -> Object {
    let parsed = files("contexts.json").into_iter().map(|path| serde_json::from_str::<Object>(&read(&path)));
    parsed.flat_map(|contexts| contexts.expect("contexts are JSON")).collect()
}

#[test]
fn every_case_holds() {
    let contexts = contexts();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files("cases.jsonl") {
        for line in read(&file).lines().filter(|line| !line.trim().is_empty()) {
            let case = Case::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            count += 1;
            failures.extend(case.check(&contexts).err().map(|found| format!("{found:?}")));
        }
    }
    assert!(count >= 1_600, "only {count} cases found");
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn cases_are_compared_strictly() {
    let wrong = [
        r#"{"expression": "${1 + 1}", "expected": 2.0}"#,
        r#"{"expression": "${1 + 1}", "expected": "2"}"#,
        r#"{"expression": "${a}", "expected": "${a}"}"#,
        r#"{"expression": "${a.b}", "expected": "${a.b}", "unresolved": true}"#,
        r#"{"expression": "${1}", "error": true}"#,
        r#"{"context": {"$ref": "nobody"}, "expression": "${1}", "expected": 1}"#,
        r#"{"stage": "7", "expression": "${1}", "expected": 1}"#,
    ];
    for line in wrong {
        let case = Case::read(line).expect("a case");
        assert!(case.check(&Object::new()).is_err(), "{line} does not hold");
    }
    let right =
        r#"{"id": 3, "new": {}, "context": {"a": null}, "expression": "${a}", "expected": "${a}", "unresolved": true}"#;
    assert!(Case::read(right).expect("a case").check(&Object::new()).is_ok());
    for line in
        ["[]", "{", r#"{"expression": 1}"#, r#"{"expected": 1}"#, r#"{"context": 1, "expression": 1, "expected": 1}"#]
    {
        assert!(Case::read(line).is_err(), "{line} is no case");
    }
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
