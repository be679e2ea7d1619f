//! People are asked, and what they say goes on.

use app::Caller;
use domain::Params;
use serde_json::json;
use tests::bed::{Bed, stage};

use super::{asked, chain, script};

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
