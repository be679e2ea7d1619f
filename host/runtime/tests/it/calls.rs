//! Every function of the contract, with components that use it.

use std::sync::Arc;

use domain::plugin::call::{AccountView, Heard, Hook, OperationCall, PollCall, Progress, QueryCall, Wake};
use domain::stage::{Answer, Demand, Due, FinishStatus, Verdict};
use domain::{Failure, FailureClass, Params, Timestamp};
use runtime::FaultClass;

use crate::bed::{Bed, meta, params, turn};

fn operation(kind: &str, input: &str) -> OperationCall {
    OperationCall {
        meta: meta(),
        account: None,
        kind: kind.to_owned(),
        input: params(input),
        idempotency_key: "the-key".to_owned(),
        repeated: false,
        dry_run: false,
        checkpoint: None,
        cancelling: false,
    }
}

fn query(kind: &str, input: &str) -> QueryCall {
    QueryCall { meta: meta(), account: None, kind: kind.to_owned(), input: params(input), max_age: 0 }
}

#[tokio::test]
async fn a_stage_is_stepped_until_it_ends() {
    let bed = Bed::new();
    let wait = bed.store("stage-wait");
    let config = params(r#"{"waitTime": 30}"#);
    let first = bed.runtime.step(&wait, &turn("wait", &config, &[])).await.expect("a verdict");
    let Verdict::Waiting(waiting) = first else { panic!("it ended at once") };
    let [request] = waiting.requests.as_slice() else { panic!("one request: {:?}", waiting.requests) };
    assert_eq!((request.label.as_str(), &request.demand), ("elapsed", &Demand::Timer(Due::At(Timestamp(31_000)))));
    assert_eq!(waiting.patch.phases, ["wait"]);

    let elapsed = Answer { label: "elapsed".into(), at: Timestamp(31_000), by: None, outcome: Ok(Params::object()) };
    let last = bed.runtime.step(&wait, &turn("wait", &config, &[elapsed])).await.expect("a verdict");
    let Verdict::Finished(finish) = last else { panic!("it goes on") };
    assert_eq!(finish.status, FinishStatus::Succeeded);
}

#[tokio::test]
async fn every_demand_of_a_stage_arrives() {
    let bed = Bed::new();
    let scripted = bed.store("scripted");
    let config = r#"{"requests": [
        {"label": "a", "operate": {"provider": "idle", "kind": "nothing", "input": {"x": 1}}},
        {"label": "b", "query": {"provider": "host", "kind": "executions", "input": {}}},
        {"label": "c", "timer": {"after": 5}}
    ], "outputs": {"k": "v"}, "progress": {"half": true}}"#;
    let verdict = bed.step(&scripted, "script", config).await.expect("a verdict");
    let Verdict::Waiting(waiting) = verdict else { panic!("it ended at once") };
    let kinds: Vec<&str> = waiting
        .requests
        .iter()
        .map(|request| match &request.demand {
            Demand::Operate(operation) => operation.kind.as_str(),
            Demand::Query(query) => query.kind.as_str(),
            Demand::Timer(Due::After(5)) => "timer",
            other => panic!("unexpected {other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["nothing", "executions", "timer"]);
    assert_eq!(waiting.patch.outputs, Some(params(r#"{"k":"v"}"#)));
    assert_eq!(waiting.progress, Some(params(r#"{"half":true}"#)));
}

#[tokio::test]
async fn a_stage_checks_its_configuration() {
    let bed = Bed::new();
    let wait = bed.store("stage-wait");
    let fine = bed.runtime.check(&wait, "wait", &params(r#"{"waitTime": 1}"#)).await.expect("an answer");
    assert_eq!(fine, []);
    let problems = bed.runtime.check(&wait, "wait", &params(r#"{"waitTime": "soon"}"#)).await.expect("an answer");
    assert!(problems.iter().all(|problem| problem.pointer == "/waitTime"), "{problems:?}");
}

#[tokio::test]
async fn an_operation_is_done_goes_on_or_fails() {
    let bed = Bed::new();
    let idle = bed.store("idle");
    let done = bed.runtime.operate(&idle, operation("nothing", r#"{"a": 1}"#)).await.expect("progress");
    let Progress::Done(told) = done else { panic!("not done: {done:?}") };
    assert_eq!(told.get("key").and_then(|key| key.as_str()), Some("the-key"));

    let going_on = bed.runtime.operate(&idle, operation("slow", r#"{"times": 1, "after": 7}"#)).await;
    let Ok(Progress::Again(pause)) = going_on else { panic!("it does not go on: {going_on:?}") };
    assert_eq!(pause.wakes, [Wake::After(7)]);
    let again = OperationCall { checkpoint: Some(pause.checkpoint), ..operation("slow", r#"{"times": 1}"#) };
    assert!(matches!(bed.runtime.operate(&idle, again).await, Ok(Progress::Done(_))));

    let failed = bed.runtime.operate(&idle, operation("fail", r#"{"class": "conflict", "code": "idle.no"}"#)).await;
    let Ok(Progress::Failed(failure)) = failed else { panic!("it does not fail: {failed:?}") };
    assert_eq!((failure.class, failure.code.as_str()), (FailureClass::Conflict, "idle.no"));
}

#[tokio::test]
async fn a_query_answers_or_fails() {
    let bed = Bed::new();
    let idle = bed.store("idle");
    let answer = bed.runtime.query(&idle, query("echo", r#"{"a": [1, 2]}"#)).await.expect("an answer");
    assert_eq!(answer, Ok(params(r#"{"a":[1,2]}"#)));
    let unknown: Result<Params, Failure> = bed.runtime.query(&idle, query("nonsense", "{}")).await.expect("an answer");
    assert_eq!(unknown.map_err(|failure| failure.code.to_string()), Err("provider.unknown-query".to_owned()));
}

#[tokio::test]
async fn an_account_is_verified_with_a_post_that_is_only_asked_for() {
    let bed = Bed::new();
    let meddler = bed.store("meddler");
    let config = params(r#"{"url": "https://example.com/"}"#);
    let account = AccountView { name: "a".to_owned(), provider: "meddler".to_owned(), config };
    let findings = bed.runtime.verify(&meddler, account).await.expect("findings");
    assert_eq!(findings.first().map(|finding| finding.code.as_str()), Some("meddler.meddled"));
}

#[tokio::test]
async fn a_trigger_hears_and_matches() {
    let bed = Bed::new();
    let webhook = bed.store("trigger-webhook");
    let hook = Hook {
        source: "deploys".to_owned(),
        method: "POST".to_owned(),
        path: "/webhooks/webhook/deploys".to_owned(),
        query: String::new(),
        headers: vec![("x-request-id".to_owned(), "r-1".to_owned())],
        body: br#"{"branch": "main"}"#.to_vec(),
        secrets: Vec::new(),
        now: Timestamp(5_000),
    };
    let reply = bed.runtime.hear(&webhook, hook).await.expect("an answer").expect("a reply");
    let [event]: [Heard; 1] = reply.events.try_into().expect("one event");
    let triggers = [
        params(r#"{"type":"webhook","source":"deploys","payloadConstraints":{"branch":"main"}}"#),
        params(r#"{"type":"webhook","source":"deploys","payloadConstraints":{"branch":"other"}}"#),
    ];
    let answers = bed.runtime.matches(&webhook, &event, &triggers).await.expect("answers");
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(answers[1].as_ref().map_err(|failure| failure.code.as_str()), Err("trigger.constraint-failed"));

    let call = PollCall { source: Params::object(), cursor: None, now: Timestamp(0) };
    assert!(bed.runtime.poll(&webhook, call).await.expect("an answer").is_err(), "a webhook is not polled");
    assert_eq!(bed.runtime.next(&webhook, &triggers[0], Timestamp(0), "UTC").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_function_of_another_kind_is_not_there() {
    let bed = Bed::new();
    let idle = bed.store("idle");
    let fault = bed.fault(&idle, "anything", "{}").await;
    assert_eq!(fault.class, FaultClass::Load);
    assert!(fault.failure.message.contains("a provider plugin exports no `step`"), "{}", fault.failure.message);
}

#[tokio::test]
async fn what_waits_for_the_host_for_too_long_is_cut() {
    let mut config = crate::bed::config(&crate::bed::shared_folder());
    config.limits.wall.default = 200;
    let bed = Bed::with(config);
    let caller = bed.store("caller");
    let fault = bed.runtime.query(&caller, query("call", r#"{"url": "never:"}"#)).await.expect_err("it is cut");
    assert_eq!((fault.class, fault.retryable), (FaultClass::Wall, true));
    assert!(fault.failure.message.contains("200 ms"), "{}", fault.failure.message);
}

#[tokio::test]
async fn a_panic_of_the_host_is_a_fault_of_the_host() {
    let bed = Arc::new(Bed::new());
    let caller = bed.store("caller");
    let fault = bed.runtime.query(&caller, query("call", r#"{"url": "broken:"}"#)).await.expect_err("it breaks");
    assert_eq!(fault.class, FaultClass::Host);
    assert!(fault.failure.message.contains("a mistake of the host's"), "{}", fault.failure.message);
    let answer = bed.runtime.query(&caller, query("call", r#"{"url": "https://example.com"}"#)).await;
    assert!(answer.expect("the next call goes on").is_ok());
}
