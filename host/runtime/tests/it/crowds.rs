//! Many calls at once, and few permits.

use std::collections::HashSet;
use std::sync::Arc;

use domain::plugin::call::QueryCall;
use domain::stage::Verdict;

use crate::bed::{Bed, config, meta, params, shared_folder};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_steps_of_one_component_at_once() {
    let bed = Arc::new(Bed::new());
    let wait = bed.store("stage-wait");
    let steps: Vec<_> = (0..500)
        .map(|number| {
            let (bed, wait) = (Arc::clone(&bed), wait.clone());
            tokio::spawn(async move { bed.step(&wait, "wait", &format!(r#"{{"waitTime": {number}}}"#)).await })
        })
        .collect();
    for step in steps {
        let verdict = step.await.expect("no panic").expect("a verdict");
        assert!(matches!(verdict, Verdict::Waiting(_)));
    }
    let stats = bed.runtime.stats();
    assert_eq!((stats.calls, stats.loaded, stats.running, stats.waiting), (500, 1, 0, 0));
}

#[tokio::test]
async fn too_many_calls_wait_and_do_not_fail() {
    let mut few = config(&shared_folder());
    few.instances = 4;
    few.limits.wall.default = 300;
    let bed = Arc::new(Bed::with(few));
    let (caller, idle) = (bed.store("caller"), bed.store("idle"));
    let query = |kind: &str, input: &str| QueryCall {
        meta: meta(),
        account: None,
        kind: kind.to_owned(),
        input: params(input),
        max_age: 0,
    };
    let stuck: Vec<_> = (0..8)
        .map(|_| {
            let (bed, caller, call) = (Arc::clone(&bed), caller.clone(), query("call", r#"{"url": "never:"}"#));
            tokio::spawn(async move { bed.runtime.query(&caller, call).await })
        })
        .collect();
    while bed.runtime.stats().waiting == 0 {
        tokio::task::yield_now().await;
    }
    // The stuck component has three of four permits: another one still gets through.
    let answer = bed.runtime.query(&idle, query("echo", "{}")).await.expect("no fault");
    assert!(answer.is_ok());
    assert!(bed.runtime.stats().waiting > 0, "the stuck ones are stuck");
    for call in stuck {
        let fault = call.await.expect("no panic").expect_err("cut");
        assert_eq!(fault.class, runtime::FaultClass::Wall);
    }
}

#[tokio::test]
async fn modules_that_nobody_needs_are_forgotten_and_come_back() {
    let bed = Bed::new();
    let (wait, idle) = (bed.store("stage-wait"), bed.store("idle"));
    bed.runtime.warm(&wait.digest).await.expect("it loads");
    bed.runtime.warm(&idle.digest).await.expect("it loads");
    bed.runtime.release(&HashSet::from([wait.digest.clone()]));
    assert_eq!(bed.runtime.stats().loaded, 1);
    bed.runtime.warm(&idle.digest).await.expect("it loads again");
    assert_eq!(bed.runtime.stats().loaded, 2);
}

#[tokio::test]
async fn the_same_turn_gives_the_same_verdict() {
    let bed = Bed::new();
    let wait = bed.store("stage-wait");
    let first = bed.step(&wait, "wait", r#"{"waitTime": 5}"#).await.expect("a verdict");
    for _ in 0..20 {
        assert_eq!(bed.step(&wait, "wait", r#"{"waitTime": 5}"#).await.as_ref(), Ok(&first));
    }
}
