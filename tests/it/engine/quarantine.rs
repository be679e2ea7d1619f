//! A plugin that fails wherever it is used is not called for a while; what needs it waits, with a reason.

use std::collections::BTreeSet;

use app::{AuditFilter, Caller, PageRequest};
use domain::ExecutionId;
use domain::execution::{EventKind, ExecutionStatus};
use domain::stage::StageStatus;
use serde_json::json;
use tests::bed::{Bed, component, stage};

use super::{act, chain, script};

fn held(kind: &EventKind) -> bool {
    matches!(kind, EventKind::StageHeld { .. })
}

/// Three executions of two applications whose stage panics at once; the third one's fault is the one too many.
async fn broken(bed: &Bed) -> Vec<ExecutionId> {
    let document = chain(vec![json!({ "type": "panics", "message": "ouch" })]);
    let mut executions = Vec::new();
    for (number, application) in ["bed", "bed", "other"].into_iter().enumerate() {
        executions.push(bed.start_in(application, document.clone()).await.unwrap());
        while bed.stats().faults <= number as u64 {
            tokio::task::yield_now().await;
        }
        bed.quiet().await;
    }
    bed.until(&executions[2], held).await.unwrap();
    // The others are held when their second try is due.
    bed.clock.advance(1_000);
    bed.until(&executions[0], held).await.unwrap();
    bed.until(&executions[1], held).await.unwrap();
    bed.quiet().await;
    executions
}

/// Lets every wait between tries go by: `first` faults are counted before the first of them, `each` more before each other.
async fn tried(bed: &Bed, first: u64, each: u64) {
    for (number, wait) in [1_000, 5_000, 30_000].into_iter().enumerate() {
        while bed.stats().faults < first + each * number as u64 {
            tokio::task::yield_now().await;
        }
        bed.quiet().await;
        bed.clock.advance(wait);
    }
}

fn mended() -> Vec<u8> {
    let mut bytes = component("panics").unwrap();
    let at = bytes.windows(13).position(|window| window == b"panics:broken").expect("its version");
    bytes[at + 7..at + 13].copy_from_slice(b"mended");
    bytes
}

async fn actions(bed: &Bed) -> BTreeSet<(String, String)> {
    let page = PageRequest { limit: 100, after: None };
    let rows = bed.app.audit(&Caller::system(), &AuditFilter::default(), &page).await.unwrap().items;
    rows.into_iter().map(|row| (row.action, row.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_of_a_broken_plugin_wait_and_go_on_with_the_fixed_one() {
    let bed = Bed::open(&["scripted", "panics"]).await.unwrap();
    let executions = broken(&bed).await;
    let waits = bed.view(&executions[0]).await.unwrap();
    let reason = stage(&waits, "0").held.clone().expect("a reason").reason;
    assert_eq!((stage(&waits, "0").status, reason.code.as_str()), (StageStatus::Paused, "plugin.quarantined"));
    assert!(reason.message.contains("`panics`") && reason.message.contains("plugin release"), "{}", reason.message);
    assert!(reason.message.contains("ouch"), "{}", reason.message);
    assert_eq!((bed.stats().faults, bed.stats().quarantined, bed.stats().held), (3, 1, 3));

    // Neither time nor a restart changes that, and a new execution waits from the start.
    bed.clock.advance(3_600_000);
    let bed = bed.crash().await.unwrap();
    let late = bed.start(chain(vec![json!({ "type": "panics", "message": "late" })])).await.unwrap();
    bed.until(&late, held).await.unwrap();
    while bed.stats().held < 4 {
        tokio::task::yield_now().await;
    }
    assert_eq!((bed.view(&executions[1]).await.unwrap().status, bed.stats().faults), (ExecutionStatus::Running, 0));

    bed.install(&mended()).await.unwrap();
    bed.quiet().await;
    assert_eq!(bed.stats().held, 4, "a new version alone moves nobody from what it is pinned to");
    bed.app.release_plugin(&Caller::system(), "panics").await.unwrap();
    for execution in executions.iter().chain([&late]) {
        let view = bed.succeeded(execution).await.unwrap();
        assert!(stage(&view, "0").held.is_none());
    }
    assert_eq!((bed.stats().faults, bed.stats().held, bed.stats().swept), (0, 0, 0));
    let again = bed.app.release_plugin(&Caller::system(), "panics").await.unwrap_err();
    assert_eq!(again.code.as_str(), "plugin.not-quarantined");
    let done = actions(&bed).await;
    for action in ["plugin.quarantine", "plugin.release"] {
        assert!(done.contains(&(action.into(), "plugin/panics".into())), "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_as_it_is_counts_anew_and_a_cancel_ends_what_waits() {
    let bed = Bed::open(&["scripted", "panics"]).await.unwrap();
    let executions = broken(&bed).await;
    bed.wish(&executions[0], app::control::Wish::Cancel).await.unwrap();
    // A quarantine does not forbid a clean-up, and its faults have the tries of any other.
    tried(&bed, 4, 1).await;
    assert_eq!(bed.ended(&executions[0]).await.unwrap().status, ExecutionStatus::Canceled);
    bed.app.release_plugin(&Caller::system(), "panics").await.unwrap();
    // Two executions are too few to put it back; each has its tries, and fails by itself.
    tried(&bed, bed.stats().faults + 2, 2).await;
    for execution in &executions[1..] {
        assert_eq!(bed.ended(execution).await.unwrap().status, ExecutionStatus::Terminal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_a_broken_provider_wait_too() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let document = chain(vec![act("trap", json!({ "once": true }))]);
    let mut executions = Vec::new();
    for (number, application) in ["bed", "bed", "other"].into_iter().enumerate() {
        executions.push(bed.start_in(application, document.clone()).await.unwrap());
        while bed.stats().faults <= number as u64 {
            tokio::task::yield_now().await;
        }
    }
    while bed.app.quarantine().held.is_empty() {
        tokio::task::yield_now().await;
    }
    bed.quiet().await;
    bed.clock.advance(60_000);
    bed.quiet().await;
    for execution in &executions {
        assert_eq!(bed.view(execution).await.unwrap().status, ExecutionStatus::Running);
    }
    let bed = bed.crash().await.unwrap();
    bed.quiet().await;
    bed.app.release_plugin(&Caller::system(), "idle").await.unwrap();
    for execution in &executions {
        bed.succeeded(execution).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_that_ask_a_broken_provider_wait_as_well() {
    let bed = Bed::open(&["scripted", "idle"]).await.unwrap();
    let asks = script(json!([{ "label": "q", "query": { "provider": "idle", "kind": "broken", "input": {} } }]));
    let mut executions = Vec::new();
    for application in ["bed", "bed", "other", "other"] {
        executions.push(bed.start_in(application, chain(vec![asks.clone()])).await.unwrap());
        bed.quiet().await;
    }
    // The first two failed by themselves; the third is the one too many, and the fourth is not even asked for.
    for execution in &executions[2..] {
        bed.until(execution, held).await.unwrap();
        assert_eq!(stage(&bed.view(execution).await.unwrap(), "0").status, StageStatus::Paused);
    }
    assert_eq!((bed.stats().faults, bed.stats().held), (3, 2));
    let bed = bed.crash().await.unwrap();
    while bed.stats().held < 2 {
        tokio::task::yield_now().await;
    }
    bed.wish(&executions[3], app::control::Wish::Cancel).await.unwrap();
    assert_eq!(bed.ended(&executions[3]).await.unwrap().status, ExecutionStatus::Canceled);
    bed.app.release_plugin(&Caller::system(), "idle").await.unwrap();
    assert_eq!(bed.ended(&executions[2]).await.unwrap().status, ExecutionStatus::Terminal, "it is asked, and traps");
}
