//! Plugins are swapped while executions run; each stays on the digests it began with.

use std::collections::BTreeMap;

use domain::Digest;
use domain::execution::EventKind;
use serde_json::json;
use tests::bed::{Bed, component};

use super::{act, chain};

/// The same component under another digest: a custom section more, which changes nothing that runs.
fn variant(bytes: &[u8], number: u8) -> Vec<u8> {
    let mut variant = bytes.to_vec();
    let content = [4, b's', b'w', b'a', b'p', number];
    variant.extend([0, u8::try_from(content.len()).unwrap()]);
    variant.extend(content);
    variant
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_swaps_under_fifty_running_executions() {
    let bed = Bed::open(&["scripted", "idle", "stage-wait"]).await.unwrap();
    let original = component("idle").unwrap();
    let mut digests = vec![Digest::of(&original)];
    let document = chain(vec![
        act("nothing", json!({})),
        json!({ "type": "wait", "waitTime": 10 }),
        act("nothing", json!({})),
        json!({ "type": "wait", "waitTime": 10 }),
        act("nothing", json!({})),
    ]);
    let mut executions = Vec::new();
    for swap in 0..20 {
        for _ in 0..if swap % 2 == 0 { 3 } else { 2 } {
            executions.push(bed.start(document.clone()).await.unwrap());
        }
        digests.push(bed.install(&variant(&original, swap)).await.unwrap());
        bed.clock.advance(1_000);
    }
    assert_eq!(executions.len(), 50);
    for execution in &executions {
        while bed
            .events(execution)
            .await
            .unwrap()
            .iter()
            .all(|event| !matches!(event.kind, EventKind::ExecutionEnded { .. }))
        {
            bed.quiet().await;
            bed.clock.advance(1_000);
            tokio::task::yield_now().await;
        }
        bed.succeeded(execution).await.unwrap();
    }
    let mut used: BTreeMap<String, Vec<Digest>> = BTreeMap::new();
    for execution in &executions {
        for operation in bed.all_operations(execution).await.unwrap() {
            used.entry(execution.to_string()).or_default().push(operation.digest);
        }
    }
    for (execution, mut seen) in used {
        assert_eq!(seen.len(), 3);
        seen.dedup();
        assert_eq!(seen.len(), 1, "execution {execution} ran on several digests");
        assert!(digests.contains(&seen[0]));
    }
    assert_eq!((bed.stats().faults, bed.stats().swept), (0, 0));
}
