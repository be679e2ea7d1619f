//! Dates of triggers: each decided once, whatever happens to the process.

use std::time::Duration;

use app::{Caller, ErrorClass};
use domain::Timestamp;
use domain::execution::Execution;
use serde_json::{Value, json};
use store::{EventFilter, ExecutionFilter, RecordedEvent};
use tests::bed::Bed;

use super::chain;

const PLUGINS: &[&str] = &["scripted", "trigger-cron"];
const MINUTE: i64 = 60_000;

/// A pipeline of the id that fires on these dates, in UTC.
fn fires(id: &str, expression: &str) -> Value {
    let trigger =
        json!({ "type": "cron", "id": "t", "enabled": true, "cronExpression": expression, "timeZone": "UTC" });
    let mut document = chain(vec![json!({ "type": "noop" })]);
    document.as_object_mut().unwrap().extend([
        ("id".to_owned(), id.into()),
        ("name".to_owned(), id.into()),
        ("triggers".to_owned(), json!([trigger])),
    ]);
    document
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

/// All executions, in the order of their starts.
async fn executions(bed: &Bed) -> Vec<Execution> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = bed.store.executions().list(&ExecutionFilter::default(), after.as_ref(), 500).await.unwrap();
        all.extend(page.items.into_iter().map(|stored| stored.execution));
        after = page.next;
        if after.is_none() {
            all.reverse();
            return all;
        }
    }
}

/// When the dates were for which something was started, in the order of the starts.
async fn scheduled(bed: &Bed) -> Vec<i64> {
    let millis = |execution: &Execution| execution.trigger.get("scheduledTime").and_then(Value::as_f64).unwrap() as i64;
    executions(bed).await.iter().map(millis).collect()
}

async fn events(bed: &Bed) -> Vec<RecordedEvent> {
    let page = bed.store.triggers().events(&EventFilter::default(), None, 500).await.unwrap();
    page.items.into_iter().rev().collect()
}

fn refusal(event: &RecordedEvent) -> &str {
    event.outcomes[0].result.as_ref().map_or_else(|(code, _)| code.as_str(), |_| "started")
}

/// Waits until the engine sleeps until `due`.
async fn asleep_until(bed: &Bed, due: Timestamp) {
    let asleep = async {
        while !bed.clock.sleeps_until(due) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asleep).await.expect("nobody waits for that date");
}

/// Moves the clock to `due` once the engine sleeps until then, and waits until so many executions are there.
async fn pass(bed: &Bed, due: Timestamp, count: usize) {
    use domain::environment::Environment;
    asleep_until(bed, due).await;
    bed.clock.advance(due.since(bed.clock.now()));
    until(bed, count).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "a look at all of a thousand executions must not keep their starts from the processors"
)]
async fn until(bed: &Bed, count: usize) {
    let there = async {
        while executions(bed).await.len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), there).await.expect("it did not start");
}

fn now(bed: &Bed) -> Timestamp {
    use domain::environment::Environment;
    bed.clock.now()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_starts_its_pipeline_once_over_restarts() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("p", "0 * * * * ?")).await.unwrap();
    for minute in 1..=3_i64 {
        pass(&bed, begin.plus(minute * MINUTE), usize::try_from(minute).unwrap()).await;
        bed = bed.crash().await.unwrap();
        asleep_until(&bed, begin.plus((minute + 1) * MINUTE)).await;
    }
    let wanted: Vec<i64> = (1..=3).map(|minute| begin.plus(minute * MINUTE).0).collect();
    assert_eq!(scheduled(&bed).await, wanted);
    let first = &executions(&bed).await[0];
    assert_eq!(first.trigger.get("type").unwrap(), "cron");
    assert_eq!(first.trigger.get("schedule").unwrap(), "every minute, every day");
    assert_eq!(first.principal, "bed@managed-service-account");
    bed.succeeded(&first.id).await.unwrap();
    assert!(events(&bed).await.iter().all(|event| refusal(event) == "started"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_absence_the_newest_date_is_made_up_for_and_the_others_are_told() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("often", "0 * * * * ?")).await.unwrap();
    bed.save(fires("daily", "0 30 0 * * ?")).await.unwrap();
    asleep_until(&bed, begin.plus(MINUTE)).await;
    bed.engine.stop().await;
    bed.clock.advance(60 * MINUTE + 7_000);
    bed = bed.crash().await.unwrap();
    until(&bed, 1).await;
    asleep_until(&bed, begin.plus(61 * MINUTE)).await;
    assert_eq!(
        scheduled(&bed).await,
        [begin.plus(60 * MINUTE).0],
        "the newest of 60, and not the one of half an hour ago"
    );
    let mut told: Vec<String> = events(&bed)
        .await
        .iter()
        .map(|event| {
            let part = |key: &str| event.event.payload.get(key).and_then(Value::as_i64).map(|at| at - begin.0);
            let pipeline = event.event.source.get("pipeline").unwrap();
            format!("{pipeline} {:?} {:?} {}", part("scheduled"), part("until"), refusal(event))
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            format!("\"daily\" Some({0}) Some({0}) trigger.date-missed", 30 * MINUTE),
            format!("\"often\" Some({}) None started", 60 * MINUTE),
            format!("\"often\" Some({MINUTE}) Some({}) trigger.date-missed", 59 * MINUTE),
        ]
    );
    bed = bed.crash().await.unwrap();
    asleep_until(&bed, begin.plus(61 * MINUTE)).await;
    assert_eq!((executions(&bed).await.len(), events(&bed).await.len()), (1, 3), "it is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_it_was_off_is_not_made_up_for() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("p", "0 * * * * ?")).await.unwrap();
    pass(&bed, begin.plus(MINUTE), 1).await;
    asleep_until(&bed, begin.plus(2 * MINUTE)).await;
    bed.save(with(fires("p", "0 * * * * ?"), "disabled", true.into())).await.unwrap();
    while bed.clock.sleeps_until(begin.plus(2 * MINUTE)) {
        tokio::task::yield_now().await;
    }
    bed.clock.advance(5 * MINUTE);
    bed.save(fires("p", "0 * * * * ?")).await.unwrap();
    pass(&bed, begin.plus(7 * MINUTE), 2).await;
    // Another expression under the same id, and the same expression in a document that says something else.
    bed.save(fires("p", "0 0/5 * * * ?")).await.unwrap();
    asleep_until(&bed, begin.plus(10 * MINUTE)).await;
    bed.save(with(fires("p", "0 0/5 * * * ?"), "description", "new".into())).await.unwrap();
    pass(&bed, begin.plus(10 * MINUTE), 3).await;
    bed.app.delete_pipeline(&Caller::system(), "p").await.unwrap();
    while bed.clock.sleeps_until(begin.plus(15 * MINUTE)) {
        tokio::task::yield_now().await;
    }
    bed.clock.advance(60 * MINUTE);
    bed.quiet().await;
    let wanted: Vec<i64> = [1, 7, 10].into_iter().map(|minute| begin.plus(minute * MINUTE).0).collect();
    assert_eq!(scheduled(&bed).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_between_date_and_crash_fires_nothing_twice() {
    let mut bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("p", "0 0/10 * * * ?")).await.unwrap();
    pass(&bed, begin.plus(10 * MINUTE), 1).await;
    // The same id with another expression that names the same instant: it was decided.
    bed.save(fires("p", "0 10,50 * * * ?")).await.unwrap();
    bed = bed.crash().await.unwrap();
    asleep_until(&bed, begin.plus(50 * MINUTE)).await;
    assert_eq!(executions(&bed).await.len(), 1);
    // Events go, the row stays.
    bed.write(vec![store::Write::ForgetEvents { most: 0, before: now(&bed) }]).await.unwrap();
    assert!(events(&bed).await.is_empty());
    bed = bed.crash().await.unwrap();
    asleep_until(&bed, begin.plus(50 * MINUTE)).await;
    assert_eq!(executions(&bed).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_decides_a_date_and_says_why() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("p", "0 * * * * ?")).await.unwrap();
    asleep_until(&bed, begin.plus(MINUTE)).await;
    bed.app.pause_system(&Caller::system(), Some("night".into()), false).await.unwrap();
    bed.clock.advance(MINUTE);
    asleep_until(&bed, begin.plus(2 * MINUTE)).await;
    bed.app.resume_system(&Caller::system()).await.unwrap();
    pass(&bed, begin.plus(2 * MINUTE), 1).await;
    assert_eq!(events(&bed).await.iter().map(refusal).collect::<Vec<_>>(), ["system.paused", "started"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_comes_later_is_heard() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let begin = now(&bed);
    bed.save(fires("p", "0 * * * * ?")).await.unwrap();
    bed.install(&tests::bed::component("trigger-cron").unwrap()).await.unwrap();
    pass(&bed, begin.plus(MINUTE), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_are_none_are_refused_at_the_save() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let refused = bed.save(fires("p", "0 20 * * *")).await.unwrap_err();
    let refused = refused.downcast::<app::AppError>().unwrap();
    assert_eq!((refused.class, refused.code.as_str()), (ErrorClass::Invalid, "cron.expression-invalid"));
    assert_eq!(refused.problems[0].pointer, "/triggers/0");
    let off = with(fires("p", "0 20 * * *"), "triggers", json!([{ "type": "cron", "cronExpression": "0 20 * * *" }]));
    bed.save(off).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_triggers_wait_in_one_table_and_fire_together() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    let triggers: Vec<Value> = (0..100)
        .map(|number| json!({ "type": "cron", "id": format!("t{number}"), "enabled": true, "cronExpression": "0 0 * * * ?", "timeZone": "UTC" }))
        .collect();
    for pipeline in 0..10 {
        let id = format!("p{pipeline}");
        bed.save(with(fires(&id, "0 0 * * * ?"), "triggers", triggers.clone().into())).await.unwrap();
    }
    let others: Vec<String> = (0..20).map(|number| format!("q{number}")).collect();
    for id in &others {
        bed.save(fires(id, "0 30 * * * ?")).await.unwrap();
    }
    asleep_until(&bed, begin.plus(30 * MINUTE)).await;
    assert_eq!(bed.stats().drives, 0, "waiting drives nothing");
    pass(&bed, begin.plus(30 * MINUTE), 20).await;
    pass(&bed, begin.plus(60 * MINUTE), 1_020).await;
    asleep_until(&bed, begin.plus(90 * MINUTE)).await;
    assert_eq!(events(&bed).await.len(), 500, "a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_enforces_no_artifacts_and_evaluates_what_its_trigger_says() {
    let bed = Bed::open(PLUGINS).await.unwrap();
    let begin = now(&bed);
    let trigger = json!([{
        "type": "cron", "id": "t", "enabled": true, "cronExpression": "0 * * * * ?", "timeZone": "UTC", "dryRun": true,
        "expectedArtifactIds": ["x"], "parameters": { "day": "${trigger['scheduledAt'].substring(0, 10)}" },
    }]);
    let mut document = with(fires("p", ""), "triggers", trigger);
    document["expectedArtifacts"] = json!([{ "id": "x", "matchArtifact": { "name": "nothing brings it" } }]);
    bed.save(document).await.unwrap();
    pass(&bed, begin.plus(MINUTE), 1).await;
    let first = executions(&bed).await.remove(0);
    bed.succeeded(&first.id).await.unwrap();
    let day = first.trigger.get("scheduledAt").and_then(Value::as_str).unwrap()[..10].to_owned();
    assert_eq!(first.trigger.get("parameters").unwrap()["day"], day);
    assert_eq!(first.trigger.get("dryRun").unwrap(), true);
    assert_eq!(first.trigger.get("expectedArtifactIds"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_nobody_could_read_at_the_save_are_told_once() {
    let mut bed = Bed::open(&["scripted"]).await.unwrap();
    bed.save(fires("wrong", "0 20 * * *")).await.unwrap();
    bed.save(fires("right", "0 0 20 * * ?")).await.unwrap();
    bed.install(&tests::bed::component("trigger-cron").unwrap()).await.unwrap();
    for _ in 0..3 {
        let told = async {
            while events(&bed).await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), told).await.expect("nobody was told");
        asleep_until(&bed, next_evening(&bed)).await;
        let all = events(&bed).await;
        assert_eq!(all.iter().map(refusal).collect::<Vec<_>>(), ["cron.expression-invalid"]);
        assert_eq!(all[0].outcomes[0].pipeline.as_str(), "wrong");
        bed = bed.crash().await.unwrap();
    }
}

/// The next 20:00 in UTC.
fn next_evening(bed: &Bed) -> Timestamp {
    const DAY: i64 = 24 * 60 * MINUTE;
    let (now, evening) = (now(bed).0, 20 * 60 * MINUTE);
    Timestamp(now - (now - evening).rem_euclid(DAY) + DAY)
}
