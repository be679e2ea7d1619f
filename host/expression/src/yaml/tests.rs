//! Documents against what SnakeYAML reads.
use serde_json::{Value, json};

fn all(text: &str) -> Vec<Value> {
    super::read(text).expect(text).iter().map(|value| value.to_json().expect("has JSON")).collect()
}

fn one(text: &str) -> Value {
    let mut documents = all(text);
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

#[test]
fn collections_nest_by_indentation() {
    let text = "svc:\n  ports: [80, 81]\n  env:\n  - name: A\n    value: '1'\n  - name: B\n    value: |\n      x\n       y\n\nz: {a: 1, b: [c, d: e]}\n";
    let expected = json!({
        "svc": {"ports": [80, 81], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "x\n y\n"}]},
        "z": {"a": 1, "b": ["c", {"d": "e"}]},
    });
    assert_eq!(one(text), expected);
    assert_eq!(one("- - a\n  - b\n- c: d\n  e: f\n-\n"), json!([["a", "b"], {"c": "d", "e": "f"}, null]));
    assert_eq!(one("? a\n: b\n? c\n"), json!({"a": "b", "c": null}));
}

#[test]
fn scalars_have_the_types_of_version_one_one() {
    let text = "[yes, Off, 010, 0x1F, 0b11, 1_000, 1.5, 1e3, .inf, ~, null, '1', 190:20, 1.2.3, 08, '', 1:60, +1, -0]";
    let expected = json!([
        true, false, 8, 31, 3, 1000, 1.5, 1000.0, "Infinity", null, null, "1", 11420, "1.2.3", "08", "", "1:60", 1, 0
    ]);
    assert_eq!(one(text), expected);
    assert_eq!(one("2001-12-14"), json!(1_008_288_000_000_i64));
    assert_eq!(one("2001-12-14t21:59:43.10-05:00"), json!(1_008_385_183_100_i64));
    assert_eq!(one("!!str 1"), json!("1"));
}

#[test]
fn scalars_fold() {
    assert_eq!(one("a: b\n  c\n\n  d\n"), json!({"a": "b c\nd"}));
    assert_eq!(one("a: \"x\\n\n  y\\\n  z\"\n"), json!({"a": "x\n yz"}));
    assert_eq!(one("a: >-\n  b\n  c\n\n  d\n   e\nf: |+\n  g\n\n"), json!({"a": "b c\nd\n e", "f": "g\n\n"}));
    assert_eq!(one("a: 'it''s' # note\nb: c#d\n"), json!({"a": "it's", "b": "c#d"}));
    assert_eq!(one("a: it # note\nb: 1 # one\nc:\n- x # first\n- y\n"), json!({"a": "it", "b": 1, "c": ["x", "y"]}));
    assert_eq!(one("word # note"), json!("word"));
    assert_eq!(one("? a\n: b: 1\n  c: 2\n? d\n: - x\n"), json!({"a": {"b": 1, "c": 2}, "d": ["x"]}));
    assert_eq!(one("a: [1 # one\n , x # ex\n ]"), json!({"a": [1, "x"]}));
    assert_eq!(one("a: two\n  words # note\nb: 2"), json!({"a": "two words", "b": 2}));
}

#[test]
fn anchors_aliases_and_merges() {
    let text = "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\n&k key: v\n";
    let expected = json!({"base": {"x": 1, "y": 2}, "use": {"y": 3, "x": 1}, "again": {"x": 1, "y": 2}, "key": "v"});
    assert_eq!(one(text), expected);
}

#[test]
fn documents_are_separate() {
    assert_eq!(all("kind: A\n---\nkind: B\n"), [json!({"kind": "A"}), json!({"kind": "B"})]);
    assert_eq!(all(""), Vec::<Value>::new());
    assert_eq!(all("# only\n"), Vec::<Value>::new());
    assert_eq!(all("---\n---\na\n...\n"), [Value::Null, json!("a")]);
    assert_eq!(all("--- a\n--- |\n b\n"), [json!("a"), json!("b\n")]);
}

#[test]
fn what_is_no_yaml_is_refused() {
    let bad = [
        "a: b: c",
        "[a",
        "{a: b",
        "a:\n\t- b",
        "*x",
        "'a",
        "!!java.io.File x",
        "a\nb: c\n d: e",
        "- a\nb",
        "@a",
        "a: 'b' c",
    ];
    for text in bad {
        assert!(super::read(text).is_err(), "{text}");
    }
    let laughs = (0..30)
        .fold("a0: &a0 x\n".to_owned(), |text, i| format!("{text}a{}: &a{} [*a{i}, *a{i}, *a{i}]\n", i + 1, i + 1));
    assert!(super::read(&laughs).is_err());
    assert!(super::read(&"[".repeat(100_000)).is_err());
}
