//! Tables: matching, resolution at a start, what stages bind and see.

use serde_json::{Value, json};

use super::*;
use crate::params::Params;
use crate::pipeline::{Definition, Graph};
use crate::stage::{Ended, Record, Roster, Stage, StageState, StageStatus};
use crate::time::Timestamp;

fn artifact(value: Value) -> Artifact {
    Artifact::read(&value).expect("an artifact")
}

fn expected(value: Value) -> ExpectedArtifact {
    ExpectedArtifact::read(&value).expect("an expected artifact")
}

#[test]
fn unknown_members_are_metadata_and_nulls_are_nothing() {
    let read = artifact(json!({
        "type": "docker/image", "name": "nginx", "version": 3, "kind": "custom", "location": null, "customKind": "true",
        "metadata": {"a": 1}, "b": {"c": 2}, "reference": ""
    }));
    let written = json!({
        "type": "docker/image", "name": "nginx", "version": "3", "reference": "", "customKind": true,
        "metadata": {"a": 1, "b": {"c": 2}}
    });
    assert_eq!(read.to_json(), written);
    assert_eq!(artifact(written), read);
    assert_eq!(Artifact::read(&json!("text")), None);
}

#[test]
fn an_expected_artifact_keeps_what_is_not_known() {
    let written =
        json!({ "id": "x", "displayName": "d", "matchArtifact": {"type": "t", "artifactAccount": "a"}, "zzz": [1] });
    assert_eq!(expected(written.clone()).to_json(), written);
    let bound = expected(written).bound_to(&artifact(json!({"type": "t"}))).to_json();
    assert_eq!(bound["boundArtifact"], json!({"type": "t", "artifactAccount": "a"}));
    assert_eq!(bound["zzz"], json!([1]));
}

#[test]
fn a_pattern_fits_equal_text_or_the_whole_of_it() {
    let table = [
        (json!({}), json!({"type": "docker/image"}), true),
        (json!({"type": "docker/image"}), json!({"type": "docker/image", "name": "n"}), true),
        (json!({"type": "docker/.*"}), json!({"type": "docker/image"}), true),
        (json!({"type": "docker"}), json!({"type": "docker/image"}), false),
        (json!({"name": "gcr.io/a"}), json!({"name": "gcrXio/a"}), true),
        (json!({"name": "a+b"}), json!({"name": "a+b"}), true),
        (json!({"name": "a+b"}), json!({"name": "aab"}), true),
        (json!({"name": "["}), json!({"name": "["}), true),
        (json!({"name": "["}), json!({"name": "x"}), false),
        (json!({"name": "N"}), json!({"name": "n"}), false),
        (json!({"version": "v\\d+"}), json!({"version": "v12"}), true),
        (json!({"version": "v\\d+"}), json!({"version": "xv12"}), false),
        (json!({"version": "v\\d+"}), json!({}), false),
        (json!({"version": ""}), json!({}), true),
        (
            json!({"location": "a|b", "reference": ".*@sha256:.*"}),
            json!({"location": "b", "reference": "x@sha256:0"}),
            true,
        ),
        (json!({"metadata": {"a": 1}, "uuid": "u", "provenance": "p", "artifactAccount": "x"}), json!({}), true),
        (json!({"type": "embedded/base64"}), json!({"type": "remote/base64"}), true),
        (json!({"type": "remote/map/base64"}), json!({"type": "embedded/map/base64"}), true),
        (json!({"type": "embedded/base64"}), json!({"type": "remote/map/base64"}), false),
        (json!({"name": "(a+)+$"}), json!({"name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"}), false),
    ];
    for (pattern, given, fits) in table {
        let entry = expected(json!({ "id": "x", "matchArtifact": pattern }));
        assert_eq!(entry.matches(&artifact(given.clone())), fits, "{pattern} and {given}");
    }
    assert!(!expected(json!({"id": "x"})).matches(&artifact(json!({}))), "without a pattern nothing matches");
}

/// One start: the entries, the trigger, what the execution before had; and what the entries are bound to, or the code of the failure.
fn start(entries: Value, trigger: Value, prior: Value) -> Result<Vec<Value>, String> {
    start_of(json!({ "expectedArtifacts": entries }), trigger, prior)
}

fn start_of(document: Value, trigger: Value, prior: Value) -> Result<Vec<Value>, String> {
    let trigger = Params::new(trigger);
    let start = AtStart::new(&Params::new(document), &trigger);
    let prior: Vec<Artifact> = prior.as_array().into_iter().flatten().filter_map(Artifact::read).collect();
    let used: &[Artifact] = if start.needs_prior() { &prior } else { &[] };
    match start.resolve(&trigger, used) {
        Ok(Some(trigger)) => {
            let bound = trigger.get("resolvedExpectedArtifacts").and_then(Value::as_array).cloned().unwrap_or_default();
            Ok(bound.iter().map(|entry| entry["boundArtifact"]["name"].clone()).collect())
        }
        Ok(None) => Ok(Vec::new()),
        Err(unresolved) => Err(unresolved.failure().code.to_string()),
    }
}

#[test]
fn a_start_resolves_what_is_considered() {
    let named = |name: &str| json!({ "type": "t", "name": name });
    let entry = |more: Value| {
        let mut entry = json!({ "id": "x", "matchArtifact": {"name": "a.*"} });
        entry.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        json!([entry])
    };
    let default = json!({ "useDefaultArtifact": true, "defaultArtifact": named("d") });
    let prior = json!({ "usePriorArtifact": true });
    let both = json!({ "usePriorArtifact": "true", "useDefaultArtifact": true, "defaultArtifact": named("d") });
    let listed = json!({ "expectedArtifactIds": ["x"] });
    let with = |artifacts: Value| json!({ "expectedArtifactIds": ["x"], "artifacts": artifacts });
    let unmatched = || Err("artifact.unmatched".to_owned());
    let ambiguous = || Err("artifact.ambiguous".to_owned());
    let table = [
        ("not listed, no fall-back: ignored", entry(json!({})), json!({}), json!([]), Ok(vec![])),
        ("listed and received", entry(json!({})), with(json!([named("a1")])), json!([]), Ok(vec![json!("a1")])),
        ("listed and not received", entry(json!({})), with(json!([named("b")])), json!([]), unmatched()),
        ("two fit", entry(json!({})), with(json!([named("a1"), named("a2")])), json!([]), ambiguous()),
        (
            "the same one twice is one",
            entry(json!({})),
            with(json!([named("a1"), named("a1")])),
            json!([]),
            Ok(vec![json!("a1")]),
        ),
        ("default without any trigger", entry(default.clone()), json!({}), json!([]), Ok(vec![json!("d")])),
        ("received comes before default", entry(default), with(json!([named("a1")])), json!([]), Ok(vec![json!("a1")])),
        ("default without one", entry(json!({"useDefaultArtifact": true})), json!({}), json!([]), unmatched()),
        (
            "a default that is not wanted",
            entry(json!({"defaultArtifact": named("d")})),
            listed.clone(),
            json!([]),
            unmatched(),
        ),
        ("the first run has no prior", entry(prior.clone()), json!({}), json!([]), unmatched()),
        ("prior", entry(prior.clone()), json!({}), json!([named("a0"), named("z")]), Ok(vec![json!("a0")])),
        ("prior twice is ambiguous", entry(prior.clone()), json!({}), json!([named("a0"), named("a0")]), ambiguous()),
        (
            "received comes before prior",
            entry(prior),
            with(json!([named("a1")])),
            json!([named("a0")]),
            Ok(vec![json!("a1")]),
        ),
        ("prior comes before default", entry(both.clone()), json!({}), json!([named("a0")]), Ok(vec![json!("a0")])),
        ("default after prior", entry(both), json!({}), json!([named("z")]), Ok(vec![json!("d")])),
        (
            "usePriorExecution does nothing",
            entry(json!({"usePriorExecution": true})),
            json!({}),
            json!([named("a0")]),
            Ok(vec![]),
        ),
        ("an id that nothing has", entry(json!({})), json!({"expectedArtifactIds": ["y"]}), json!([]), Ok(vec![])),
    ];
    for (claim, entries, trigger, prior, bound) in table {
        assert_eq!(start(entries, trigger, prior), bound, "{claim}");
    }
}

#[test]
fn the_trigger_shows_what_was_received_and_what_was_resolved() {
    let document = Params::new(json!({ "expectedArtifacts": [
        { "id": "x", "matchArtifact": {"name": "a", "artifactAccount": "acc"}, "useDefaultArtifact": true, "defaultArtifact": {"name": "d"} },
    ]}));
    let trigger = Params::new(
        json!({ "type": "manual", "foo": 1, "artifacts": [{"name": "b", "mine": 2}, {"name": "b", "mine": 2}] }),
    );
    let start = AtStart::new(&document, &trigger);
    assert!(!start.needs_prior());
    let resolved = start.resolve(&trigger, &[]).expect("resolved").expect("changed");
    assert_eq!(resolved.get("artifacts"), Some(&json!([{"name": "b", "metadata": {"mine": 2}}, {"name": "d"}])));
    let entries = resolved.get("resolvedExpectedArtifacts").expect("entries");
    assert_eq!(entries[0]["boundArtifact"], json!({"name": "d", "artifactAccount": "acc"}));
    assert_eq!(resolved.get("expectedArtifacts"), Some(entries));
    assert_eq!(resolved.get("foo"), Some(&json!(1)));
    // What a start claims to have resolved counts for nothing.
    let claimed = Params::new(json!({ "resolvedExpectedArtifacts": [{"id": "x", "boundArtifact": {"name": "evil"}}] }));
    let start = AtStart::new(&Params::object(), &claimed);
    let resolved = start.resolve(&claimed, &[]).expect("resolved").expect("changed");
    assert_eq!(resolved.get("resolvedExpectedArtifacts"), Some(&json!([])));
    let plain = Params::new(json!({"type": "manual"}));
    assert_eq!(AtStart::new(&Params::object(), &plain).resolve(&plain, &[]), Ok(None));
}

#[test]
fn a_child_considers_what_its_triggers_list_and_what_fits() {
    let document = |listed: Value| {
        json!({
            "expectedArtifacts": [{"id": "x", "matchArtifact": {"name": "a"}}, {"id": "y", "matchArtifact": {"name": "b"}}],
            "triggers": [
                {"type": "pipeline", "pipeline": "parent", "expectedArtifactIds": listed},
                {"type": "pipeline", "pipeline": "other", "expectedArtifactIds": ["y"]},
            ],
        })
    };
    let trigger = |artifacts: Value| json!({ "type": "pipeline", "parentExecution": {"pipelineConfigId": "parent"}, "artifacts": artifacts });
    let (a, b) = (json!({"name": "a"}), json!({"name": "b"}));
    assert_eq!(start_of(document(json!([])), trigger(json!([a])), json!([])), Ok(vec![json!("a")]));
    assert_eq!(start_of(document(json!([])), trigger(json!([])), json!([])), Ok(vec![]));
    assert_eq!(start_of(document(json!(["x"])), trigger(json!([b])), json!([])), Err("artifact.unmatched".into()));
    assert_eq!(start_of(document(json!(["x"])), trigger(json!([a, b])), json!([])), Ok(vec![json!("a"), json!("b")]));
}

#[test]
fn any_listed_artifact_lets_a_trigger_fire() {
    let document = Params::new(json!({ "expectedArtifacts": [
        {"id": "x", "matchArtifact": {"name": "a"}}, {"id": "y", "matchArtifact": {"name": "b"}},
    ]}));
    let fits = |listed: Value, artifacts: Value| {
        fits_trigger(&document, &Params::new(json!({ "expectedArtifactIds": listed })), &Params::new(artifacts))
    };
    assert!(fits(json!([]), json!([])));
    assert!(fits(Value::Null, json!([])));
    assert!(fits(json!(["x", "y"]), json!([{"name": "b"}])));
    assert!(!fits(json!(["x"]), json!([{"name": "b"}])));
    assert!(!fits(json!(["z"]), json!([{"name": "b"}])));
}

/// Stages `1` → `2` → `3`, and `4` beside them; each ended with these outputs.
fn stages(third: Value, outputs: [Value; 4]) -> Vec<Stage> {
    let document = Params::new(json!({ "name": "p", "stages": [
        {"refId": "1", "type": "t"}, {"refId": "2", "type": "t", "requisiteStageRefIds": ["1"]},
        {"refId": "3", "type": "t", "requisiteStageRefIds": ["2"], "expectedArtifacts": third}, {"refId": "4", "type": "t"},
    ]}));
    let (definition, _) = Definition::read(&document);
    let graph = Graph::build(&definition.stages).expect("a graph");
    let mut stages = Roster::new(&"01HF7YAT00SCENARIO00000000".into(), &definition, &graph).stages;
    for (stage, outputs) in stages.iter_mut().zip(outputs) {
        stage.state = StageState::Ended(Box::new(Ended {
            past: false,
            status: StageStatus::Succeeded,
            started: None,
            ended: Timestamp(0),
            config: None,
            record: Record { outputs: Params::new(outputs), ..Record::default() },
            problem: None,
            acting_as: None,
        }));
    }
    stages
}

#[test]
fn a_stage_binds_the_first_that_fits() {
    let produced = |name: &str, version: i64| json!({ "artifacts": [{"name": name, "version": version}] });
    let entry = json!([{ "id": "x", "matchArtifact": {"name": "a"} }]);
    let trigger = Params::new(json!({ "artifacts": [{"name": "a", "version": 0}, {"name": "t"}] }));
    let version = |third: Value, outputs: [Value; 4]| {
        let stages = stages(third, outputs);
        bind(&stages, 2, &trigger).map(|bound| bound.map(|bound| bound.0.get("artifacts").cloned().unwrap_or_default()))
    };
    let none = || json!({});
    let nearest = version(entry.clone(), [produced("a", 1), produced("a", 2), none(), produced("a", 4)]);
    assert_eq!(nearest, Ok(Some(json!([{"name": "a", "version": "2"}]))));
    let own = version(entry.clone(), [produced("a", 1), produced("a", 2), produced("a", 3), none()]);
    assert_eq!(own, Ok(Some(json!([{"name": "a", "version": "3"}]))));
    let branch = version(entry, [none(), none(), none(), produced("a", 4)]);
    assert_eq!(
        branch,
        Ok(Some(json!([{"name": "a", "version": "0"}]))),
        "a parallel branch is not seen, the trigger is"
    );
    assert_eq!(version(json!([]), [none(), none(), none(), none()]), Ok(None));
    let missing = json!([{ "id": "y", "matchArtifact": {"name": "zz"}, "usePriorArtifact": true }]);
    let missing = version(missing, [none(), none(), none(), none()]).expect_err("nothing fits");
    assert!(
        missing.to_string().starts_with("Unmatched expected artifact `y` (any type, name `zz`) could not be resolved")
    );
    let default = json!([{ "id": "y", "matchArtifact": {"name": "zz"}, "useDefaultArtifact": true, "defaultArtifact": {"name": "d"} }]);
    assert_eq!(version(default, [none(), none(), none(), none()]), Ok(Some(json!([{"name": "d"}]))));
}

#[test]
fn a_stage_means_what_its_nearest_ancestor_bound() {
    let bound = |name: &str| json!({ "resolvedExpectedArtifacts": [{"id": "x", "boundArtifact": {"name": name, "artifactAccount": "own"}}] });
    let trigger = Params::new(bound("start"));
    let find = |outputs: [Value; 4], wanted: Value| {
        Wanted::read(&Params::new(wanted)).find(&stages(json!([]), outputs), 2, &trigger).map(|found| found.to_json())
    };
    let none = || json!({});
    let id = json!({ "id": "x", "artifact": {"name": "inline"} });
    assert_eq!(find([bound("one"), bound("two"), none(), none()], id.clone()).expect("found")["name"], "two");
    assert_eq!(find([none(), none(), none(), bound("four")], id).expect("found")["name"], "start");
    let inline = json!({ "artifact": {"name": "inline", "artifactAccount": "own"}, "account": "stage" });
    let inline = find([none(), none(), none(), none()], inline).expect("found");
    assert_eq!(inline, json!({"name": "inline", "artifactAccount": "stage"}));
    let missing = find([none(), none(), none(), none()], json!({"id": "y"})).expect_err("nothing");
    assert_eq!(missing.code.as_str(), "artifact.unbound");
}

#[test]
fn an_execution_leaves_its_last_artifacts_first() {
    let put = |name: &str| json!({ "artifacts": [{"name": name}] });
    let stages = stages(json!([]), [put("one"), put("two"), json!({}), json!({})]);
    let trigger = Params::new(json!({ "artifacts": [{"name": "one"}] }));
    let names: Vec<_> =
        of_execution(&stages, &trigger).iter().map(|one| one.name().unwrap_or_default().to_owned()).collect();
    assert_eq!(names, ["two", "one", "one"], "as many times as they occur (trap 66)");
    let seen: Vec<_> =
        visible(&stages, 2, &trigger).iter().map(|one| one.name().unwrap_or_default().to_owned()).collect();
    assert_eq!(seen, ["two", "one"]);
}
