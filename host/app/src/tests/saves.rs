//! What a save does beside keeping a document as written.

use domain::Params;
use domain::pipeline::Pipeline;
use serde_json::{Value, json};

use super::bed;
use crate::bed::Bed;
use crate::pipelines::SavePipeline;
use crate::{AppError, PageRequest};

async fn save(bed: &Bed, document: Value) -> Result<Pipeline, AppError> {
    let save = SavePipeline { application: Some("shop".into()), id: None, document: document.into(), expect: None };
    bed.app.save_pipeline(&bed.caller().await, save).await
}

async fn names(bed: &Bed) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = None;
    loop {
        // Pages of two, so that the cursors are walked too.
        let page =
            bed.app.pipelines(&bed.caller().await, "shop", &PageRequest { limit: 2, after }).await.expect("a page");
        names.extend(page.items.into_iter().map(|pipeline| pipeline.name));
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn names_are_trimmed_and_taken_whatever_their_case() {
    let bed = bed().await;
    let saved = save(&bed, json!({ "name": "  Two words ", "stages": [] })).await.expect("saved");
    assert_eq!(saved.name, "Two words");
    assert_eq!(saved.document.value()["name"], "  Two words ", "the document stays as written");
    let twin = save(&bed, json!({ "name": "TWO WORDS", "stages": [] })).await.expect_err("taken");
    assert_eq!(twin.code.as_str(), "pipeline.exists");
    let id = saved.id.as_str();
    let renamed = save(&bed, json!({ "id": id, "name": "three", "stages": [] })).await.expect("renamed");
    assert_eq!((renamed.id.as_str(), renamed.revision, renamed.name.as_str()), (id, 2, "three"));
    let caller = bed.caller().await;
    let gone = bed.app.pipeline_in(&caller, "shop", "two words").await.expect_err("the old name is free");
    assert_eq!(gone.code.as_str(), "pipeline.unknown");
    assert_eq!(bed.app.pipeline_in(&caller, "shop", "Three").await.expect("the new one").revision, 2);
    save(&bed, json!({ "name": "two words", "stages": [] })).await.expect("and may be taken");
}

#[tokio::test]
async fn cron_triggers_get_ids_and_keep_them() {
    let bed = bed().await;
    let cron = |more: Value| {
        let mut trigger = json!({ "type": "cron", "enabled": true, "cronExpression": "0 0 12 * * ?" });
        trigger.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        trigger
    };
    let ids = |saved: &Pipeline| -> Vec<Option<String>> {
        let triggers = saved.document.value()["triggers"].as_array().cloned().unwrap_or_default();
        triggers.iter().map(|trigger| trigger.get("id").and_then(Value::as_str).map(str::to_owned)).collect()
    };
    let triggers = json!([cron(json!({})), cron(json!({ "id": "own" })), cron(json!({ "id": "" })), { "type": "webhook", "enabled": true }]);
    let document = |triggers: &Value, more: bool| {
        let mut document = json!({ "id": "p", "name": "p", "triggers": triggers, "stages": [] });
        if more {
            document["regenerateCronTriggerIds"] = json!(true);
        }
        document
    };
    let first = save(&bed, document(&triggers, false)).await.expect("saved");
    let made = ids(&first);
    assert!(made[0].as_ref().is_some_and(|id| id.len() == 36) && made[2].is_some() && made[0] != made[2]);
    assert_eq!((made[1].as_deref(), &made[3]), (Some("own"), &None));
    let again = save(&bed, document(&first.document.value()["triggers"], false)).await.expect("saved");
    assert_eq!(ids(&again), made);
    let anew = save(&bed, document(&first.document.value()["triggers"], true)).await.expect("saved");
    assert!(ids(&anew)[..3].iter().zip(&made).all(|(new, old)| new.is_some() && new != old));
    assert_eq!(anew.document.get("regenerateCronTriggerIds"), None, "the flag is of one save");
}

#[tokio::test]
async fn lists_go_by_index_and_then_by_name() {
    let bed = bed().await;
    for (name, index) in [("delta", json!(7)), ("Alpha", Value::Null), ("bravo", json!("1")), ("charlie", json!(0))] {
        save(&bed, json!({ "id": name, "name": name, "index": index, "stages": [] })).await.expect("saved");
    }
    assert_eq!(names(&bed).await, ["charlie", "delta", "Alpha", "bravo", "run"]);
    let caller = bed.caller().await;
    bed.app.move_pipeline(&caller, "shop", 4, 0).await.expect("moved");
    bed.app.move_pipeline(&caller, "SHOP", 1, 3).await.expect("moved");
    assert_eq!(names(&bed).await, ["run", "delta", "Alpha", "charlie", "bravo"]);
    save(&bed, json!({ "id": "Alpha", "name": "alpha", "stages": [] })).await.expect("saved");
    assert_eq!(names(&bed).await[2], "alpha", "a save without an index keeps the place");
    let wrong = bed.app.move_pipeline(&caller, "shop", 0, 5).await.expect_err("no such place");
    assert_eq!((wrong.code.as_str(), wrong.problems[0].pointer.as_str()), ("pipeline.index-invalid", "/to"));
    bed.app.delete_pipeline(&caller, "delta").await.expect("deleted");
    assert_eq!(names(&bed).await, ["run", "alpha", "charlie", "bravo"]);
}

#[tokio::test]
async fn a_stale_document_is_told_by_its_moment() {
    let bed = bed().await;
    let saved = save(&bed, json!({ "id": "p", "name": "p", "stages": [] })).await.expect("saved");
    let of = |more: Value| {
        let mut document = json!({ "id": "p", "name": "p", "stages": [] });
        document.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Params::new(document)
    };
    let at = saved.updated.0;
    for fresh in [json!({ "lastModified": at }), json!({ "updateTs": at.to_string() })] {
        assert_eq!(bed.app.revision_unless_stale(&of(fresh)).await.expect("fresh"), 1);
    }
    for stale in [json!({ "lastModified": at - 1 }), json!({}), json!({ "lastModified": "yesterday" })] {
        assert_eq!(
            bed.app.revision_unless_stale(&of(stale)).await.expect_err("stale").code.as_str(),
            "pipeline.changed"
        );
    }
    let new = Params::new(json!({ "id": "new", "name": "new" }));
    assert_eq!(bed.app.revision_unless_stale(&new).await.expect("not there"), 0);
}
