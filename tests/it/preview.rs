//! What would happen: a whole pipeline with real components and modelled answers, and nothing left behind.

use app::Caller;
use app::preview::{Preview, Simulate};
use app::start::Target;
use domain::Params;
use domain::execution::ExecutionStatus;
use serde_json::{Value, json};
use tests::bed::{APPLICATION, Bed};

const PLUGINS: [&str; 5] = ["wait", "manual-judgment", "pipeline", "scripted", "idle"];

fn release() -> Value {
    json!({ "application": APPLICATION, "name": "release", "parameterConfig": [{ "name": "version", "required": true }], "stages": [
        { "refId": "1", "type": "wait", "name": "Settle", "waitTime": 30 },
        { "refId": "2", "requisiteStageRefIds": ["1"], "type": "manualJudgment", "name": "Approve", "judgmentInputs": [] },
        { "refId": "3", "requisiteStageRefIds": ["2"], "type": "act", "name": "Deploy", "provider": "idle", "operation": "nothing",
            "input": { "image": "shop:${parameters.version}" } },
    ] })
}

async fn simulate(bed: &Bed, document: Value, answers: Value, depth: u32) -> Result<Preview, app::AppError> {
    let target = Target::Document { application: Some(APPLICATION.into()), document: Params::new(document) };
    let trigger = Params::new(json!({ "parameters": { "version": "1.2.3" } }));
    let simulate = Simulate { target, trigger, answers: Params::new(answers), depth };
    bed.app.simulate(&Caller::system(), simulate).await
}

#[tokio::test]
async fn a_pipeline_is_played_and_nothing_is_left_behind() {
    let bed = Bed::open(&PLUGINS).await.unwrap();
    let preview = simulate(&bed, release(), Value::Null, 0).await.unwrap();
    assert_eq!(preview.status, ExecutionStatus::Succeeded);
    // 30 s of waiting, a minute of a person, a second of an operation.
    assert_eq!(preview.duration, 91_000);
    let [asked] = preview.questions.as_slice() else { panic!("{:?}", preview.questions) };
    assert_eq!((asked.at, asked.stage.as_str(), asked.given), (30_000, "2", false));
    let [wanted] = preview.requests.as_slice() else { panic!("{:?}", preview.requests) };
    assert_eq!((wanted.at, wanted.provider.as_deref(), wanted.name.as_str()), (90_000, Some("idle"), "nothing"));
    assert_eq!(wanted.input.value(), &json!({ "image": "shop:1.2.3" }));
    assert_eq!((bed.stats().drives, bed.stats().calls), (0, 0));
    let stored = bed.store.executions().list(&store::ExecutionFilter::default(), None, 10).await.unwrap();
    assert!(stored.items.is_empty());
}

#[tokio::test]
async fn answers_of_ones_own_change_the_way() {
    let bed = Bed::open(&PLUGINS).await.unwrap();
    let stop = json!({ "stages": { "Approve": { "*": { "value": { "status": "stop" }, "after": 5_000 } } } });
    let preview = simulate(&bed, release(), stop, 0).await.unwrap();
    assert_eq!((preview.status, preview.duration), (ExecutionStatus::Terminal, 35_000));
    assert!(preview.requests.is_empty());
    let full = json!({ "stages": { "3": { "act": { "failure": "the cluster is full" } } } });
    let preview = simulate(&bed, release(), full, 0).await.unwrap();
    assert_eq!(preview.status, ExecutionStatus::Terminal);
    assert_eq!(preview.requests[0].answer, Err("the cluster is full".into()));
}

#[tokio::test]
async fn wrong_answers_are_refused_with_their_place() {
    let bed = Bed::open(&PLUGINS).await.unwrap();
    let answers = json!({ "stages": { "Aprove": {}, "3": { "act": { "valu": 1 } } }, "stage": {} });
    let refused = simulate(&bed, release(), answers, 0).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "preview.answers-invalid");
    let pointers: Vec<&str> = refused.problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/stage", "/stages/Aprove", "/stages/3/act"]);
    assert!(refused.problems[1].message.contains("Did you mean `Approve`?"), "{refused:?}");
}

#[tokio::test]
async fn children_are_modelled_or_played() {
    let bed = Bed::open(&PLUGINS).await.unwrap();
    let below = json!({ "application": APPLICATION, "name": "below", "stages": [
        { "refId": "1", "type": "wait", "name": "Long", "waitTime": 100 }] });
    let id = bed.save(below).await.unwrap();
    let above = json!({ "application": APPLICATION, "name": "above", "stages": [
        { "refId": "1", "type": "pipeline", "name": "Run", "application": APPLICATION, "pipeline": id, "waitForCompletion": true }] });
    let modelled = simulate(&bed, above.clone(), Value::Null, 0).await.unwrap();
    assert_eq!((modelled.status, modelled.duration), (ExecutionStatus::Succeeded, 1_000));
    let played = simulate(&bed, above, Value::Null, 1).await.unwrap();
    assert_eq!((played.status, played.duration), (ExecutionStatus::Succeeded, 100_000));
    assert!(played.timeline.iter().any(|moment| moment.pipeline == "above / below"));
    assert_eq!(played.requests[0].name, "below");
}
