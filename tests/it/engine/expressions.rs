//! Expressions where an execution has them: at its start, before the first step and later ones, in conditions, and where they fail.

use domain::stage::StageStatus;
use serde_json::json;
use tests::bed::Bed;

use super::{chain, script};

#[tokio::test(flavor = "multi_thread")]
async fn stages_see_what_those_before_them_put_out() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let first = json!({ "type": "script", "outputs": { "image": "web:1", "count": 2 } });
    let second = json!({ "type": "script", "note": "${image} x ${count + 1}", "outputs": { "deep": [{ "image": "${image}" }] } });
    let third = json!({ "type": "script", "tag": "${deep[0].image.split(':')[1]}", "name": "Last" });
    for version in ["v3", "v4"] {
        let mut document = chain(vec![first.clone(), second.clone(), third.clone()]);
        document["spelEvaluator"] = version.into();
        let execution = bed.start(document).await.unwrap();
        let view = bed.succeeded(&execution).await.unwrap();
        assert_eq!(view.stages[1].context.get("note"), Some(&json!("web:1 x 3")), "{version}");
        assert_eq!(view.stages[2].context.get("tag"), Some(&json!("1")), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_does_not_read_true_skips_its_stage() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let of = |expression: &str| json!({ "type": "noop", "stageEnabled": { "type": "expression", "expression": expression } });
    let stages = vec![
        of("1 == 1"),
        of("1 == 2"),
        of("#stage('Stage 1').status.toString() == 'SKIPPED'"),
        of("nobody"),
        of("${1 < 2}"),
    ];
    let view = bed.succeeded(&bed.start(chain(stages)).await.unwrap()).await.unwrap();
    let statuses: Vec<StageStatus> = view.stages.iter().map(|stage| stage.status).collect();
    let (yes, no) = (StageStatus::Succeeded, StageStatus::Skipped);
    assert_eq!(statuses, [yes, no, yes, no, yes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_expressions_are_told_and_fail_a_stage_that_wants_it() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let lenient = json!({ "type": "noop", "note": "${nobody} here" });
    let strict = json!({ "type": "noop", "note": "${1 / 0}", "failOnFailedExpressions": true });
    let view = bed.ended(&bed.start(chain(vec![lenient, strict])).await.unwrap()).await.unwrap();
    let (lenient, strict) = (&view.stages[0], &view.stages[1]);
    assert_eq!(lenient.status, StageStatus::Succeeded);
    let summary = lenient.context.get("expressionEvaluationSummary").unwrap();
    assert_eq!(
        (&summary["nobody here"][0]["level"], &summary["nobody here"][0]["name"]),
        (&json!("INFO"), &json!("nobody"))
    );
    assert_eq!(strict.status, StageStatus::Terminal);
    assert_eq!(strict.problem.as_ref().map(|problem| problem.code.as_str()), Some("stage.expressions-failed"));
    let errors = strict.context.value().pointer("/exception/details/errors/0").unwrap();
    assert!(errors.as_str().is_some_and(|told| told.starts_with("Failed to evaluate [note]")), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stage_asks_for_is_evaluated_in_order() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let requests = json!([
        { "label": "named", "evaluate": [
            { "name": "a", "value": "${'x'}" }, { "name": "b", "value": "${a}y" }, { "name": "c", "value": "${nope}" }, { "value": "${b}${c}" },
        ] },
        { "label": "at-once", "evaluate": [{ "value": "${'x'}" }, { "value": "${a}" }] },
    ]);
    let view = bed.succeeded(&bed.start(chain(vec![script(requests)])).await.unwrap()).await.unwrap();
    let answers = view.stages[0].context.get("answers").cloned().unwrap();
    let values =
        |label: &str| answers[label].as_array().unwrap().iter().map(|one| one["value"].clone()).collect::<Vec<_>>();
    assert_eq!(values("named"), [json!("x"), json!("xy"), json!("${nope}"), json!("xy${c}")]);
    assert_eq!(values("at-once"), [json!("x"), json!("${a}")]);
    let problems: Vec<bool> =
        answers["named"].as_array().unwrap().iter().map(|one| !one["problem"].is_null()).collect();
    assert_eq!(problems, [false, false, true, true]);
}
