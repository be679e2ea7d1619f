//! Waiting costs an entry, and nothing is early.

use domain::execution::EventKind;
use serde_json::json;
use tests::bed::{Bed, stage};

use super::chain;

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_when_its_moment_comes_and_not_before() {
    let bed = Bed::open(&["stage-wait"]).await.unwrap();
    let execution = bed.start(chain(vec![json!({ "type": "wait", "waitTime": 60 })])).await.unwrap();
    bed.until(&execution, |kind| matches!(kind, EventKind::StageStarted { .. })).await.unwrap();
    bed.quiet().await;
    let driven = bed.stats().drives;
    bed.clock.advance(59_999);
    bed.quiet().await;
    assert_eq!((bed.stats().drives, bed.stats().waiting), (driven, 1), "nothing was done while it waited");
    bed.clock.advance(1);
    let view = bed.succeeded(&execution).await.unwrap();
    let waited = stage(&view, "0");
    assert_eq!(waited.ended.unwrap().since(waited.started.unwrap()), 60_000);
    assert_eq!(bed.stats().waiting, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_waits_end_at_their_own_moments() {
    let bed = Bed::open(&["stage-wait"]).await.unwrap();
    let mut executions = Vec::new();
    for number in 1..=300 {
        let document = chain(vec![json!({ "type": "wait", "waitTime": number })]);
        executions.push(bed.start(document).await.unwrap());
    }
    while bed.stats().waiting < 300 {
        bed.quiet().await;
        tokio::task::yield_now().await;
    }
    for _ in 0..300 {
        bed.clock.advance(1_000);
        bed.quiet().await;
    }
    for (number, execution) in executions.iter().enumerate() {
        let view = bed.succeeded(execution).await.unwrap();
        let waited = stage(&view, "0");
        let wanted = 1_000 * (i64::try_from(number).unwrap() + 1);
        assert!(waited.ended.unwrap().since(waited.started.unwrap()) >= wanted, "execution {number} was early");
    }
    assert_eq!(bed.stats().swept, 0);
}
