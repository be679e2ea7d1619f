//! `mainsheet eval`: expressions and files of cases, with a server and without one.

use std::fs;

use serde_json::{Value, json};
use tests::terminal::{Said, Terminal, bare, finish, root};

/// Runs `mainsheet eval` in a folder that knows of no server.
fn eval(folder: &tempfile::TempDir, words: &[&str]) -> Said {
    let mut command = bare(folder.path());
    finish(command.arg("eval").args(words)).expect("it runs")
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn expressions_need_no_server() {
    let context = r#"{ "tag": "1.2", "parameters": { "region": "eu" }, "stages": [{ "name": "a" }, { "name": "b" }] }"#;
    let folder = folder(&[("c.json", context), ("list.json", "[]"), ("broken.json", "{")]);
    let said = eval(&folder, &["1 + 1", "${'a'}-${2L}", "{'x': null, 'y': 1.50}", "T(Math).max(3, 7)"]).expect_code(0);
    assert_eq!(said.out, "2\n\"a-2\"\n{\"x\":null,\"y\":1.5}\n7\n");
    let said = eval(&folder, &["--context", "c.json", "${tag}", "parameters.region", "stages.![name]"]).expect_code(0);
    assert_eq!(said.out, "\"1.2\"\n\"eu\"\n[\"a\",\"b\"]\n");

    let said = eval(&folder, &["--context", "c.json", "tga", "tag", "#fromUrl('https://example.com/')"]).expect_code(1);
    assert_eq!(said.out, "\"1.2\"\n");
    assert!(
        said.err.starts_with("error[expression.unresolved]: 'tga' was not found (column 1 of `tga`)"),
        "{}",
        said.err
    );
    assert!(said.err.contains("did you mean `tag`?") && said.err.contains("without a server"), "{}", said.err);
    let said = eval(&folder, &["--output", "json", "--context", "c.json", "1 +", "tag"]).expect_code(1);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&lines[0]["error"]["code"], &lines[0]["error"]["column"]), (&json!("expression.syntax"), &json!(4)));
    assert_eq!(lines[1], json!({ "expression": "tag", "value": "1.2" }));

    for wrong in [
        vec![],
        vec!["--context", "missing.json", "1"],
        vec!["--context", "list.json", "1"],
        vec!["--context", "broken.json", "1"],
        vec!["--context", "c.json", "--stage", "1", "1"],
        vec!["--context", "c.json", "--execution", "x", "1"],
    ] {
        let said = eval(&folder, &wrong).expect_code(2);
        assert!(said.out.is_empty() && said.err.starts_with("error"), "{wrong:?}: {said:?}");
    }
}

#[test]
fn the_reference_s_cases_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = root().join("host/expression/tests/cases");
    for (name, count) in [("expression", 150), ("section", 500), ("hard", 800)] {
        let path = cases.join(format!("{name}-cases.jsonl"));
        let said = eval(&folder, &["--cases", path.to_str().expect("a path")]).expect_code(0);
        let (passed, rest) = said.out.split_once(' ').expect("a line");
        assert_eq!(rest, "passed, 0 failed\n");
        assert!(passed.parse::<u32>().is_ok_and(|passed| passed >= count), "{}", said.out);
    }
}

#[test]
fn a_file_of_cases_says_what_does_not_hold() {
    let cases = r#"
{"id": "good", "area": "x", "later": {"members": 1}, "expression": "${1 + 1}", "expected": 2}
{"id": "strict", "expression": "${1 + 1}", "expected": 2.0}
{"id": "named", "context": {"$ref": "one"}, "stage": "2", "expression": "${#currentStage().refId}", "expected": "2", "basis": "x"}
{"id": "unknown", "context": {"$ref": "nobody"}, "expression": "x", "expected": "x"}
"#;
    let contexts =
        r#"{ "one": { "execution": { "id": "e", "stages": [{ "id": "s", "refId": "2", "type": "wait" }] } } }"#;
    let folder = folder(&[
        ("x.jsonl", cases),
        ("expression-contexts.json", contexts),
        ("broken.jsonl", "{\"id\": 1}\n"),
        ("text.jsonl", "\nnothing\n"),
        ("empty.jsonl", "\n"),
    ]);
    let said = eval(&folder, &["--cases", "x.jsonl"]).expect_code(1);
    assert!(said.out.starts_with("strict: \"${1 + 1}\"\n  expected 2.0\n  got      2\nunknown: "), "{}", said.out);
    assert!(said.out.ends_with("\n2 passed, 2 failed\n"), "{}", said.out);
    let said = eval(&folder, &["--cases", "x.jsonl", "--output", "json"]).expect_code(1);
    assert!(said.out.ends_with("{\"passed\":2,\"failed\":2}\n"), "{}", said.out);

    fs::remove_file(folder.path().join("expression-contexts.json")).expect("it is there");
    for (file, why) in [
        ("x.jsonl", "there is no expression-contexts.json beside it"),
        ("broken.jsonl", "line 1: the case has no `expression`"),
        ("text.jsonl", "line 2: a case is a JSON object"),
        ("empty.jsonl", "no case"),
        ("missing.jsonl", "No such file"),
    ] {
        let said = eval(&folder, &["--cases", file]).expect_code(2);
        assert!(said.err.contains(why) && said.err.contains("cli.document-unreadable"), "{file}: {}", said.err);
    }
}

#[test]
fn expressions_are_evaluated_on_the_server_against_an_execution() {
    let terminal = Terminal::start().expect("a server");
    let pipeline = r#"{ "application": "shop", "name": "short", "spelEvaluator": "v4", "parameterConfig": [{ "name": "version", "default": "7" }],
        "stages": [{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 0 }] }"#;
    fs::create_dir_all(terminal.folder().join("shop")).expect("a folder");
    terminal.write("shop/a.json", r#"{ "name": "shop" }"#).expect("written");
    terminal.write("shop/b.json", pipeline).expect("written");
    let _ = terminal.run(&["apply", "-f", "shop"]).expect_code(0);
    let _ = terminal.run(&["run", "shop", "short", "--follow"]).expect_code(0);
    let listed = terminal.run(&["get", "executions", "-a", "shop", "--output", "json"]).expect_code(0).json();
    let id = listed[0]["id"].as_str().expect("an id");
    let words = ["eval", "--execution", id, "trigger.parameters.version", "${execution.stages.size()} stage"];
    assert_eq!(terminal.run(&words).expect_code(0).out, "\"7\"\n\"1 stage\"\n");
    let words = ["eval", "--execution", id, "--stage", "1", "#currentStage().name", "#stage('Nap').status", "waitTmie"];
    let said = terminal.run(&words).expect_code(1);
    assert_eq!(said.out, "\"Nap\"\n\"SUCCEEDED\"\n");
    assert!(said.err.contains("did you mean `waitTime`?"), "{}", said.err);
    assert!(terminal.run(&["eval", "--execution", "nobody", "1"]).expect_code(5).err.contains("execution.unknown"));
    assert!(
        terminal.run(&["eval", "--execution", id, "--stage", "9", "1"]).expect_code(5).err.contains("stage.unknown")
    );
}
