//! Expressions where an execution has them: at its start, before a stage, and where a stage asks.

use super::*;
use crate::execution::{Control, ExecutionState};
use crate::pipeline::graph::Graph;
use crate::stage::{Record, Roster, Run, StageState};

/// An execution of `document`, started by `trigger`; its stages have not begun.
struct Bed {
    execution: Execution,
    roster: Roster,
    document: Params,
    templates: Templates,
    answers: Answers,
}

impl Bed {
    fn new(document: Value, trigger: Value) -> Bed {
        let document = Params::new(document);
        let (definition, problems) = Definition::read(&document);
        assert_eq!(problems, []);
        let graph = Graph::build(&definition.stages).expect("a graph");
        let id = "01E".into();
        let roster = Roster::new(&id, &definition, &graph);
        let execution = Execution {
            id,
            application: "shop".into(),
            pipeline: None,
            name: definition.name,
            parent: None,
            trigger: Params::new(trigger),
            principal: "ann".to_owned(),
            roles: Vec::new(),
            created: Timestamp(0),
            catalog: 1,
            state: ExecutionState::NotStarted,
            control: Control::default(),
        };
        let templates = Templates::new(expression::Limits::default(), 1 << 20);
        Bed { execution, roster, document, templates, answers: Answers::new() }
    }

    fn given(&self) -> Given<'_> {
        Given { templates: &self.templates, now: Timestamp(1), seed: 1, answers: &self.answers }
    }

    fn at_start(&self) -> AtStart {
        at_start(&Definition::read(&self.document).0, &self.execution.trigger, self.given())
    }

    fn scene(&self) -> Scene<'_> {
        Scene::new(&self.execution, &self.roster.stages, &self.document)
    }

    fn begin(&mut self, position: usize, record: Record) {
        let begun: Run = serde_json::from_value(json!({ "started": 0 })).expect("a run that has just begun");
        let run = Run { record, ..begun };
        self.roster.stages[position].state = StageState::Running(Box::new(run));
    }

    fn prepare(&self, position: usize, deferred: &[&str]) -> Prepared {
        prepare(&self.scene(), position, deferred, self.given())
    }

    /// Evaluates texts, each under the name beside it.
    fn ask(&self, expressions: &[(&str, Value)]) -> Vec<Value> {
        let expressions: Vec<Expression> = expressions
            .iter()
            .map(|(name, value)| Expression {
                name: Some((*name).to_owned()).filter(|name| !name.is_empty()),
                value: Params::new(value.clone()),
            })
            .collect();
        let answers = evaluate(&self.scene(), 0, &expressions, self.given()).expect("nothing is needed");
        answers.value().as_array().cloned().expect("a list")
    }
}

fn document(version: &str) -> Value {
    json!({
        "application": "shop", "name": "release", "spelEvaluator": version, "templateVariables": { "t": "x" },
        "description": "of ${trigger.parameters.tag} ${templateVariables.t}", "expectedArtifacts": [{ "id": "${parameters.tag}" }],
        "notifications": [{ "address": "${trigger.payload.who}", "message": "${#stage('A').status}" }],
        "stages": [{ "refId": "1", "type": "wait", "name": "Roll ${parameters.tag}", "waitTime": "${parameters.wait}", "note": "Roll ${parameters.tag}", "later": "${made}" }],
    })
}

fn trigger() -> Value {
    json!({ "type": "manual", "parameters": { "tag": "1.2", "wait": 5 }, "payload": { "who": "ops" }, "note": "v${trigger.parameters.tag}", "lost": "${trigger.nobody}" })
}

#[test]
fn with_version_four_everything_but_the_stages_is_evaluated_at_the_start() {
    let bed = Bed::new(document("v4"), trigger());
    let AtStart { document: made, trigger } = bed.at_start();
    let (made, trigger) = (made.expect("changed"), trigger.expect("changed"));
    assert_eq!(made.get("description"), Some(&json!("of 1.2 x")));
    assert_eq!(made.value().pointer("/expectedArtifacts/0/id"), Some(&json!("1.2")));
    assert_eq!(made.value().pointer("/notifications/0/address"), Some(&json!("ops")));
    assert_eq!(
        made.value().pointer("/notifications/0/message"),
        Some(&json!("${#stage('A').status}")),
        "tried again later"
    );
    assert_eq!(made.get("stages"), document("v4").get("stages"), "stages have their own time");
    assert_eq!((trigger.get("note"), trigger.get("lost")), (Some(&json!("v1.2")), Some(&json!("${trigger.nobody}"))));
}

#[test]
fn with_older_versions_the_stages_are_evaluated_at_the_start_too() {
    for version in ["v2", "V3", "", "v9"] {
        let made = Bed::new(document(version), trigger()).at_start().document.expect("changed");
        let stage = made.value().pointer("/stages/0").expect("a stage");
        let expected = json!({ "refId": "1", "type": "wait", "name": "Roll 1.2", "waitTime": 5, "note": "Roll 1.2", "later": "${made}" });
        assert_eq!(stage, &expected, "{version}");
    }
    let plain = json!({ "application": "shop", "name": "plain", "stages": [] });
    let unchanged = Bed::new(plain, json!({ "type": "manual" })).at_start();
    assert!(unchanged.document.is_none() && unchanged.trigger.is_none());
}

#[test]
fn what_is_parsed_once_is_not_parsed_again() {
    let mut bed = Bed::new(document("v4"), trigger());
    bed.begin(0, Record::default());
    let _ = (bed.at_start(), bed.prepare(0, &[]));
    let parsed = bed.templates.parsed();
    assert!(parsed >= 8, "{parsed} texts were parsed");
    for _ in 0..5 {
        let _ = (bed.at_start(), bed.prepare(0, &[]));
    }
    assert_eq!(bed.templates.parsed(), parsed, "another execution of the same revision parses nothing");
}

#[test]
fn a_summary_goes_when_its_expression_has_a_value() {
    let mut bed = Bed::new(document("v4"), trigger());
    bed.begin(0, Record::default());
    let first = bed.prepare(0, &["/note"]);
    let config = first.config.expect("changed");
    assert_eq!((config.get("waitTime"), config.get("later")), (Some(&json!(5)), Some(&json!("${made}"))));
    assert_eq!(config.get("note"), Some(&json!("Roll ${parameters.tag}")), "the stage evaluates it itself");
    let summary = first.summary.expect("one is missing");
    assert_eq!(summary.keys(), ["made"]);

    let context = Params::from_members([(SUMMARY, summary.value().clone())]);
    bed.begin(0, Record { context: context.clone(), ..Record::default() });
    assert!(bed.prepare(0, &[]).summary.is_none(), "nothing new is said of the same failure");
    let outputs = Params::new(json!({ "made": 1 }));
    bed.begin(0, Record { context, outputs, ..Record::default() });
    let later = bed.prepare(0, &[]);
    assert_eq!(later.config.and_then(|config| config.get("later").cloned()), Some(json!(1)));
    assert_eq!(later.summary, Some(Params::object()), "what was missing is there");
}

#[test]
fn a_stage_runs_only_if_its_condition_reads_true() {
    let decided = |condition: Value| {
        let stage = json!({ "refId": "1", "type": "wait", "region": "eu", "stageEnabled": condition });
        let mut bed = Bed::new(json!({ "application": "shop", "name": "x", "stages": [stage] }), trigger());
        bed.begin(0, Record::default());
        bed.prepare(0, &[]).enabled
    };
    let of = |expression: Value| json!({ "type": "Expression", "expression": expression });
    for yes in ["region == 'eu'", "${region == 'eu'}", " ", "'TRUE'", "parameters.tag == '1.2'"] {
        assert!(decided(of(json!(yes))), "{yes}");
    }
    for no in ["region == 'us'", "${region}", "1", "nobody", "1 +", "${1 / 0}", "${5}"] {
        assert!(!decided(of(json!(no))), "{no}");
    }
    assert!(
        decided(json!({ "type": "other", "expression": "false" })) && decided(Value::Null) && decided(of(Value::Null))
    );
}

#[test]
fn named_expressions_are_seen_by_later_ones_and_failures_are_told_one_by_one() {
    let mut bed = Bed::new(document("v4"), trigger());
    bed.begin(0, Record::default());
    let one_by_one = bed.ask(&[
        ("a", json!("${parameters.tag}")),
        ("b", json!("${a}-b")),
        ("c", json!("${nope}")),
        ("d", json!("${c} and ${b}")),
        ("list", json!([1, { "of": "${b}" }])),
        ("a", json!("${list[1].of}")),
        ("", json!("${a}")),
    ]);
    let values: Vec<&Value> = one_by_one.iter().map(|answer| &answer["value"]).collect();
    let list = json!([1, { "of": "1.2-b" }]);
    assert_eq!(values[..3], [&json!("1.2"), &json!("1.2-b"), &json!("${nope}")]);
    assert_eq!(values[3..], [&json!("${c} and 1.2-b"), &list, &json!("1.2-b"), &json!("1.2-b")]);
    let failed: Vec<usize> = (0..7).filter(|at| !one_by_one[*at]["problem"].is_null()).collect();
    assert_eq!(failed, [2, 3], "each failure stands with its expression: {one_by_one:?}");
    assert_eq!(one_by_one[2]["problem"]["code"], "expression.unresolved");

    let at_once = bed.ask(&[("", json!("${parameters.tag}")), ("", json!("${a}"))]);
    assert_eq!(
        (&at_once[0]["value"], &at_once[1]["value"]),
        (&json!("1.2"), &json!("${a}")),
        "nobody is seen without a name"
    );
    assert!(!at_once[1]["problem"].is_null());
}

#[test]
fn a_stage_sees_what_it_wrote_over_what_it_is_configured_with() {
    let mut bed = Bed::new(document("v4"), trigger());
    let context = Params::new(json!({ "waitTime": 9, "extra": true }));
    bed.begin(0, Record { context, outputs: Params::new(json!({ "made": 1 })), ..Record::default() });
    let seen = bed.ask(&[
        ("", json!("${waitTime}")),
        ("", json!("${#currentStage().context.extra}")),
        ("", json!("${made + execution.stages.size()}")),
        ("", json!("${#stageByRefId('1').context.keySet()}")),
        ("", json!("${#stageByRefId('1').context}")),
    ]);
    assert_eq!(seen[0]["value"], 9);
    assert_eq!(seen[1]["value"], true);
    assert_eq!(seen[2]["value"], 2);
    assert!(
        seen[3]["value"]
            .as_array()
            .is_some_and(|keys| keys.contains(&json!("extra")) && keys.contains(&json!("later"))),
        "{seen:?}"
    );
    assert_eq!((&seen[4]["value"]["waitTime"], &seen[4]["value"]["later"]), (&json!(9), &json!("${made}")));
}
