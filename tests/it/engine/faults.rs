//! A plugin that fails costs its stage, and nothing else.

use app::{AuditFilter, Caller, PageRequest};
use domain::stage::StageStatus;
use serde_json::{Value, json};
use tests::bed::{Bed, stage};

use super::{act, chain, script};

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_retried_and_then_fails_that_stage_alone() {
    let bed = Bed::open(&["scripted", "panics"]).await.unwrap();
    let document = json!({ "name": "faults", "stages": [
        { "refId": "bad", "type": "panics", "name": "Bad", "message": "ouch", "failPipeline": false, "continuePipeline": true },
        { "refId": "good", "type": "noop", "name": "Good" },
        { "refId": "after", "type": "noop", "name": "After", "requisiteStageRefIds": ["bad", "good"] },
    ] });
    let execution = bed.start(document).await.unwrap();
    for (faults, wait) in [(1, 1_000), (2, 5_000), (3, 30_000)] {
        while bed.stats().faults < faults {
            tokio::task::yield_now().await;
        }
        bed.quiet().await;
        bed.clock.advance(wait);
    }
    let view = bed.succeeded(&execution).await.unwrap();
    let bad = stage(&view, "bad");
    assert_eq!(bad.status, StageStatus::FailedContinue);
    assert!(format!("{:?}", bad.problem).contains("ouch"), "the guest's own words are told: {:?}", bad.problem);
    assert_eq!(stage(&view, "good").status, StageStatus::Succeeded);
    assert_eq!(bed.stats().faults, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synthetic_stage_of_an_unknown_type_fails_in_words() {
    let bed = Bed::open(&["scripted"]).await.unwrap();
    let children =
        json!({ "placement": "before", "stages": [{ "ref": "1", "stageType": "nowhere", "name": "Child" }] });
    let document = json!({ "name": "faults", "stages": [
        { "refId": "1", "type": "script", "name": "Parent", "requests": [{ "label": "children", "runStages": children }] },
    ] });
    let execution = bed.start(document).await.unwrap();
    let view = bed.ended(&execution).await.unwrap();
    assert_eq!(stage(&view, "1<1").status.as_str(), "TERMINAL", "what follows is the parent's to decide");
    assert_eq!(stage(&view, "1<1").problem.as_ref().unwrap().code.as_str(), "stage.unknown-type");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_is_denied_is_audited_and_a_loop_of_it_is_counted() {
    let bed = Bed::open(&["scripted", "meddler"]).await.unwrap();
    let target = json!({ "url": "http://10.255.255.1:1/meddle" });
    let query = |number: u32| json!({ "label": format!("q{number}"), "query": { "provider": "meddler", "kind": "meddle", "input": target } });
    let mut asks = script(Value::Array((0..5).map(query).collect()));
    asks["tolerate"] = true.into();
    let mut acts = act("meddle", target.clone());
    acts["provider"] = "meddler".into();
    acts["failPipeline"] = false.into();
    acts["continuePipeline"] = true.into();
    let execution = bed.start(chain(vec![asks, acts])).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let answers = stage(&view, "0").context.get("answers").unwrap().clone();
    assert_eq!(answers["q4"]["failure"]["code"], "grant.http-verb", "the plugin is answered: {answers}");

    let filter = AuditFilter { action: Some("plugin.denied".into()), ..AuditFilter::default() };
    let page = PageRequest { limit: 100, after: None };
    let rows = async || bed.app.audit(&Caller::system(), &filter, &page).await.unwrap().items;
    let until = async |count: usize| {
        for _ in 0..20_000 {
            if rows().await.len() >= count {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{count} rows do not come: {:?}", rows().await);
    };
    until(2).await;
    bed.clock.advance(60_000);
    until(3).await;
    let mut told: Vec<(String, u64)> = Vec::new();
    for row in rows().await {
        assert_eq!((row.who.as_str(), row.subject.as_str(), row.allowed), ("system", "plugin/meddler", false));
        assert_eq!(row.details.get("execution").unwrap(), execution.as_str());
        assert_eq!(row.details.get("digest").unwrap().as_str().map(str::len), Some(64));
        let code = row.details.get("code").unwrap().as_str().unwrap().to_owned();
        told.push((code, row.details.get("times").unwrap().as_u64().unwrap()));
    }
    told.sort();
    let expected = [("grant.http-address", 1), ("grant.http-verb", 1), ("grant.http-verb", 4)];
    assert_eq!(told, expected.map(|(code, times)| (code.to_owned(), times)));
}
