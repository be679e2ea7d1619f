//! What a restart reads anew (reference pipelines-and-stages.md §2.13).

use app::Caller;
use app::start::Target;
use domain::Params;
use domain::execution::{EventKind, ExecutionStatus};
use serde_json::{Value, json};
use tests::bed::{Bed, stage};

use super::chain;

fn checked(expression: &str, note: &str) -> Value {
    let condition = json!({ "type": "expression", "context": { "expression": expression } });
    let mut document = chain(vec![json!({ "type": "checkPreconditions", "note": note, "preconditions": [condition] })]);
    document["id"] = json!("checked");
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn preconditions_are_those_of_today() {
    let bed = Bed::open(&["stage-check-preconditions"]).await.unwrap();
    bed.save(checked("1 == 2", "first")).await.unwrap();
    let target = Target::Pipeline("checked".into());
    let execution = bed.app.start(&Caller::system(), target, &Params::object()).await.unwrap().execution.id;
    assert_eq!(bed.ended(&execution).await.unwrap().status, ExecutionStatus::Terminal);
    bed.save(checked("1 == 1", "second")).await.unwrap();
    bed.app.restart_stage(&Caller::system(), execution.as_str(), "0", None).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::StageStarted { run: 2, .. })).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    assert_eq!(stage(&view, "0").context.get("note"), Some(&json!("first")), "nothing else is read anew");
}
