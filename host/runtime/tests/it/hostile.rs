//! Guests that mean harm, or merely have faults: each costs its call and nothing else.


use domain::plugin::call::Scope;
use domain::stage::{FinishStatus, Verdict};
use runtime::{Fault, FaultClass};

use crate::bed::{Bed, lines};

/// What a hostile step came to, while steps of another plugin go on beside it, on one thread.
async fn beside_others(bed: &Bed, guest: &str, config: &str) -> Result<Verdict, Fault> {
    let (hostile, wait) = (bed.store(guest), bed.store("stage-wait"));
    bed.runtime.warm(&hostile.digest).await.expect("it loads");
    bed.runtime.warm(&wait.digest).await.expect("it loads");
    let mut others = 0;
    let outcome = {
        let step = bed.step(&hostile, guest, config);
        tokio::pin!(step);
        loop {
            tokio::select! {
                biased;
                outcome = &mut step => break outcome,
                () = other(bed, &wait) => others += 1,
            }
        }
    };
    other(bed, &wait).await;
    if matches!(&outcome, Err(fault) if fault.class == FaultClass::Cpu) {
        assert!(others > 10, "only {others} other steps while `{guest}` computed");
    }
    outcome
}

async fn other(bed: &Bed, wait: &Scope) {
    let verdict = bed.step(wait, "wait", r#"{"waitTime": 1}"#).await.expect("other plugins are not disturbed");
    assert!(matches!(verdict, Verdict::Waiting(_)));
    tokio::task::yield_now().await;
}

async fn fault(guest: &str, config: &str) -> Fault {
    let bed = Bed::new();
    let fault = beside_others(&bed, guest, config).await.expect_err("a fault");
    let counted = bed.runtime.stats().faults.into_iter().find(|(class, _)| *class == fault.class);
    assert_eq!(counted, Some((fault.class, 1)));
    fault
}

#[tokio::test]
async fn a_panic_is_a_trap_with_the_guests_stack_and_words() {
    let fault = fault("panics", r#"{"message": "I give up"}"#).await;
    assert_eq!((fault.class, fault.retryable), (FaultClass::Trap, true));
    assert_eq!(fault.failure.code.as_str(), "plugin.trap");
    assert!(fault.failure.message.contains("it last said: I give up"), "{}", fault.failure.message);
    let (stack, logs) = (lines(&fault, "stack"), lines(&fault, "logs"));
    assert!(stack.iter().any(|name| name.contains("guest_panics::")), "{stack:#?}");
    assert!(stack.iter().all(|name| !name.contains("::h") && !name.starts_with("_ZN")), "{stack:#?}");
    assert!(logs.iter().any(|line| line.contains("src/lib.rs")), "{logs:#?}");
    assert_eq!(lines(&fault, "logs").last().map(|line| line.starts_with("note:")), Some(true));
}

#[tokio::test]
async fn an_endless_loop_is_cut_after_its_computing_time() {
    let fault = fault("endless", "{}").await;
    assert_eq!((fault.class, fault.retryable), (FaultClass::Cpu, true));
    assert!(fault.failure.message.contains("it computed for more than 300 ms"), "{}", fault.failure.message);
    assert!(lines(&fault, "stack").iter().any(|name| name.contains("guest_endless")), "{fault:?}");
}

#[tokio::test]
async fn a_glutton_gets_no_more_than_its_memory() {
    let fault = fault("glutton", "{}").await;
    assert_eq!(fault.class, FaultClass::Memory);
    assert!(fault.failure.message.contains("it may have 67108864"), "{}", fault.failure.message);
}

#[tokio::test]
async fn an_endless_recursion_exhausts_its_own_stack() {
    let fault = fault("recursion", "{}").await;
    assert_eq!((fault.class, fault.retryable), (FaultClass::Stack, false));
    let stack = lines(&fault, "stack");
    assert!(stack.iter().filter(|name| name.contains("deeper")).count() > 10, "{stack:#?}");
}

#[tokio::test]
async fn a_reply_of_a_gigabyte_does_not_fit_into_the_guest() {
    let fault = fault("bloated", "{}").await;
    assert_eq!(fault.class, FaultClass::Memory);
}

#[tokio::test]
async fn a_reply_of_eight_megabytes_is_malformed() {
    let fault = fault("bloated", r#"{"size": 8388608}"#).await;
    assert_eq!((fault.class, fault.retryable), (FaultClass::Malformed, false));
    assert!(fault.failure.message.contains("`patch.outputs` has 83886"), "{}", fault.failure.message);
}

#[tokio::test]
async fn a_reply_beyond_what_the_host_copies_is_malformed_too() {
    let fault = fault("bloated", r#"{"size": 20971520}"#).await;
    // Whether the guest's memory or the reply's bound gives way first is the allocator's to say; either costs only the call.
    assert!(matches!(fault.class, FaultClass::Malformed | FaultClass::Memory), "{fault:?}");
}

#[tokio::test]
async fn chatter_is_dropped_and_harms_nobody() {
    let bed = Bed::new();
    let verdict = beside_others(&bed, "chatter", "{}").await.expect("it succeeds all the same");
    assert!(matches!(verdict, Verdict::Finished(finish) if finish.status == FinishStatus::Succeeded));
}
