//! What a plugin says of itself, and how it reads configurations.

use mainsheet_sdk::config::{read, schema};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{Patch, Turn, Verdict, Waiting};

/// A configuration with everything.
#[config]
struct Everything {
    /// How long
    #[field(en = "Length", zh = "时长", help_zh = "多长", initial = 30, required)]
    length: Seconds,
    really: Flag,
    some_words: Csv,
    #[field(default = Integer(7), widget = "text", group = "more", order = 2)]
    number: Integer,
    #[field(choices = "clusters", deferred, large, secret)]
    place: Option<String>,
    nested: Vec<Nested>,
    #[field(required)]
    #[serde(rename = "type")]
    kind: String,
    free: Value,
}

/// One of several.
#[config]
struct Nested {
    name: String,
}

fn from(value: Value) -> Everything {
    read(value).expect("readable")
}

#[test]
fn what_spinnaker_documents_hold_is_read() {
    let everything = from(json!({
        "length": "90", "really": "TRUE", "someWords": " a, b,,c ", "number": 3.9, "place": null, "nested": [{ "name": "x", "unknown": 1 }], "other": {}
    }));
    assert_eq!((everything.length, everything.really, everything.number), (Seconds(90), Flag(true), Integer(3)));
    assert_eq!(everything.some_words.0, ["a", "b", "c"]);
    assert_eq!((everything.place, everything.nested[0].name.as_str()), (None, "x"));
    let absent = from(Value::Null);
    assert_eq!(
        (absent.length, absent.really, absent.number, absent.free),
        (Seconds(0), Flag(false), Integer(7), Value::Null)
    );
    assert_eq!(from(json!({ "number": null })).number, Integer(7), "null counts as absent");
}

#[test]
fn what_cannot_be_read_is_pointed_at() {
    for (key, value) in [
        ("length", json!("soon")),
        ("really", json!("perhaps")),
        ("number", json!([1])),
        ("someWords", json!({ "a": 1 })),
    ] {
        let mut document = Map::new();
        document.insert("other".to_owned(), json!(1));
        document.insert(key.to_owned(), value);
        let problem = read::<Everything>(document.into()).expect_err(key);
        assert_eq!((problem.pointer, problem.code.as_str()), (format!("/{key}"), "configuration.invalid"));
    }
}

#[test]
fn the_schema_has_hints_defaults_and_help() {
    let schema = schema::<Everything>();
    let at = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/$schema"), "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(at("/type"), "object");
    assert_eq!(at("/description"), "A configuration with everything.");
    assert_eq!(at("/required"), json!(["length", "type"]), "by the names in the document");
    assert_eq!(at("/properties/length/description"), "How long");
    let hints = json!({ "initial": 30, "label": { "en": "Length", "zh": "时长" }, "help": { "zh": "多长" }, "widget": "duration" });
    assert_eq!(at("/properties/length/x-ui"), hints);
    assert_eq!(at("/properties/number/default"), 7);
    assert_eq!(at("/properties/number/x-ui"), json!({ "widget": "text", "group": "more", "order": 2 }));
    assert_eq!(at("/properties/place/x-choices"), json!({ "query": "clusters" }));
    for mark in ["x-deferred", "x-large", "x-secret"] {
        assert_eq!(at(&format!("/properties/place/{mark}")), true, "{mark}");
    }
    assert!(!at("/properties/place").as_object().expect("an object").contains_key("default"));
}

async fn run(_: Everything, _: Flow) -> Finish {
    Finish::succeeded()
}

fn plugin() -> StagePlugin {
    let counted = |_: Everything, turn: Turn| {
        let count = turn.state.map_or(0, |state| state.len());
        if count == 2 {
            return Verdict::Finished(Finish::succeeded(), Patch::default());
        }
        Verdict::Waiting(Waiting { state: Some(vec![0; count + 1]), ..Waiting::default() })
    };
    StagePlugin::new("all", "1.2.3")
        .limit("memory", 1 << 26)
        .stage(
            Stage::new("everything", run)
                .label("Everything", "一切")
                .help("All of it.", "全部。")
                .aliases(&["all"])
                .provider("kubernetes")
                .reads(&["region"])
                .timeout(1000)
                .skippable()
                .restart(&["executionId"], &["length"])
                .check(|config: Everything| {
                    let negative = config.length < Seconds(0);
                    let problem = || Problem {
                        pointer: "/length".to_owned(),
                        code: "x.negative".to_owned(),
                        message: "is negative".to_owned(),
                    };
                    negative.then(problem).into_iter().collect()
                }),
        )
        .stage(Stage::stepped("counted", counted))
}

#[test]
fn the_manifest_has_the_published_shape() {
    let mut manifest = plugin().describe();
    for stage in manifest["stages"].as_array_mut().expect("stages") {
        assert_eq!(stage["schema"]["type"], "object");
        stage["schema"] = Value::Null;
    }
    let expected = json!({
        "manifest": 1, "id": "all", "version": "1.2.3", "kind": "stage",
        "label": { "en": "all", "zh": "all" }, "help": { "en": "", "zh": "" },
        "stages": [
            {
                "type": "everything", "aliases": ["all"], "provider": "kubernetes",
                "label": { "en": "Everything", "zh": "一切" }, "help": { "en": "All of it.", "zh": "全部。" }, "schema": null,
                "reads": ["region"], "timeout": 1000, "skippable": true, "restart": { "drop": ["executionId"], "reread": ["length"] },
            },
            {
                "type": "counted", "aliases": [], "provider": null,
                "label": { "en": "counted", "zh": "counted" }, "help": { "en": "", "zh": "" }, "schema": null,
                "reads": [], "timeout": null, "skippable": false, "restart": { "drop": [], "reread": [] },
            },
        ],
        "limits": { "memory": 67_108_864 },
    });
    assert_eq!(manifest, expected);
}

#[test]
fn a_check_does_not_guess_what_expressions_will_give() {
    let check =
        |config: Value| plugin().check("all", config).into_iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(check(json!({ "length": -1 })), ["x.negative"]);
    assert_eq!(check(json!({ "length": "soon" })), ["configuration.invalid"]);
    assert_eq!(check(json!({ "length": "${soon}" })), Vec::<String>::new());
    assert_eq!(check(json!({ "length": -1, "nested": [{ "name": "${x}" }] })), Vec::<String>::new());
}

#[test]
fn an_explicit_state_machine_keeps_its_state() {
    let mut turn = Turn { stage_type: "counted".to_owned(), ..Turn::default() };
    for _ in 0..2 {
        match plugin().step(turn.clone()) {
            Verdict::Waiting(waiting) => turn.state = waiting.state,
            Verdict::Finished(..) => panic!("ended early"),
        }
    }
    assert!(matches!(plugin().step(turn), Verdict::Finished(..)));
}
