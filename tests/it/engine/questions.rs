//! People are asked, and what they say goes on.

use app::{Caller, Via};
use domain::Params;
use domain::execution::EventKind;
use domain::principal::{Principal, Standing};
use domain::stage::StageStatus;
use serde_json::json;
use tests::bed::{Bed, stage};

use super::{act, asked, chain, script};

fn person(name: &str, standing: Standing, roles: &[&str]) -> Caller {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Caller { principal: Principal { name: name.into(), standing, roles }, via: Via::Server }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgment_waits_for_a_person() {
    let bed = Bed::open(&["scripted", "stage-manual-judgment"]).await.unwrap();
    let document = chain(vec![json!({ "type": "manualJudgment", "instructions": "Go?" }), json!({ "type": "noop" })]);
    let execution = bed.start(document).await.unwrap();
    bed.until(&execution, asked).await.unwrap();
    let question = bed.view(&execution).await.unwrap().questions[0].id();
    bed.app.answer(&Caller::system(), &question, Params::new(json!({ "status": "continue" }))).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").context.get("judgmentStatus").unwrap(), "continue");
    assert_eq!(bed.stats().swept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_answers_expires() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let requests =
        json!([{ "label": "go", "ask": { "kind": "judgment", "title": "Go?", "expires": { "after": 5_000 } } }]);
    let mut asks = script(requests);
    asks["tolerate"] = true.into();
    let execution = bed.start(chain(vec![asks])).await.unwrap();
    bed.until(&execution, asked).await.unwrap();
    bed.quiet().await;
    bed.clock.advance(5_000);
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").context.get("answers").unwrap()["go"]["failure"]["code"], "question.expired");
    assert!(view.questions[0].closed.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_of_the_entitled_answers_and_later_stages_act_as_them() {
    let bed = Bed::open(&["scripted", "idle", "stage-manual-judgment"]).await.unwrap();
    let judgment = json!({ "type": "manualJudgment", "selectedStageRoles": ["qa"], "propagateAuthenticationContext": true,
        "judgmentInputs": [{ "value": "canary" }] });
    let execution = bed.start(chain(vec![judgment, act("nothing", json!({}))])).await.unwrap();
    bed.until(&execution, asked).await.unwrap();
    let patch = |caller: Caller, value| {
        let (bed, id) = (&bed, execution.to_string());
        async move { bed.app.patch_stage(&caller, &id, "0", Params::new(value)).await }
    };
    let goes_on = || json!({ "judgmentStatus": "continue", "judgmentInput": "canary" });
    let refused = patch(person("mallory", Standing::Member, &["dev"]), goes_on()).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "access.denied");
    let nonsense = patch(person("quinn", Standing::Member, &["qa"]), json!({ "judgmentStatus": "maybe" })).await;
    assert_eq!(nonsense.unwrap_err().code.as_str(), "question.answer-invalid");
    let more = json!({ "judgmentStatus": "continue", "note": "of somebody who may not patch" });
    let beside = patch(person("quinn", Standing::Member, &["qa"]), more).await;
    assert_eq!(
        beside.unwrap_err().code.as_str(),
        "access.denied",
        "other keys need EXECUTE, and nothing of it is taken"
    );
    patch(person("quinn", Standing::Member, &["qa"]), goes_on()).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let judged = &stage(&view, "0").context;
    assert_eq!(judged.get("judgmentStatus").unwrap(), "continue");
    assert_eq!(
        (judged.get("judgmentInput").unwrap(), judged.get("lastModifiedBy").unwrap()),
        (&json!("canary"), &json!("quinn"))
    );
    assert_eq!(bed.all_operations(&execution).await.unwrap()[0].principal, "quinn");
    let late = patch(person("quinn", Standing::Admin, &["qa"]), goes_on()).await.unwrap_err();
    assert_eq!(late.code.as_str(), "stage.not-running", "a second answer finds nothing asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn later_stages_may_act_as_the_author_of_a_patch() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let mut waits = script(json!([{ "label": "rest", "timer": { "after": 1_000 } }]));
    waits["finish"] = json!({ "actingAs": "$patch/1" });
    let execution = bed.start(chain(vec![waits, act("nothing", json!({}))])).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.quiet().await;
    let ann = person("ann", Standing::Admin, &[]);
    bed.app.patch_stage(&ann, execution.as_str(), "0", Params::new(json!({ "note": 1 }))).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::StagePatched { .. })).await.unwrap();
    bed.quiet().await;
    bed.clock.advance(1_000);
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "1").status, StageStatus::Succeeded);
    assert_eq!(bed.all_operations(&execution).await.unwrap()[0].principal, "ann");
}
