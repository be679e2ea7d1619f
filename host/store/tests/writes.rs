//! Everything that is written outside of a drive: what it does, and when it is refused.

mod bed;

use bed::{Bed, START, application, drive, execution, fact, id, new, params, pipeline, question};
use domain::Timestamp;
use domain::audit::AuditEntry;
use domain::code::code;
use domain::id::Digest;
use domain::plugin::{Grants, Manifest};
use domain::principal::Principal;
use domain::question::Vote;
use domain::trigger::{TriggerEvent, TriggerOutcome};
use store::{AuditFilter, CatalogEntry, DriveCommit, EventFilter, Wake, Write, WriteError};

fn save(version: i64, expect: Option<i64>) -> Write {
    Write::SaveApplication { application: application("demo", version), expect }
}

fn save_pipeline(id: &str, name: &str, revision: i64, expect: Option<i64>) -> Write {
    Write::SavePipeline { pipeline: pipeline(id, name, revision), expect }
}

#[tokio::test]
async fn an_application_is_saved_if_its_version_is_as_expected() {
    let bed = Bed::new().await;
    bed.write(vec![save(1, Some(0))]).await;
    assert_eq!(bed.refused(vec![save(2, Some(0))]).await, WriteError::Exists { what: "application" });
    assert_eq!(bed.refused(vec![save(2, Some(5))]).await, WriteError::Changed { what: "application" });
    bed.write(vec![save(2, Some(1))]).await;
    bed.write(vec![save(3, None)]).await;
    let found = bed.store.applications().get(&"DEMO".into()).await.expect("read").expect("whatever its case");
    assert_eq!(found, application("demo", 3));
    assert_eq!(found.document.text(), application("demo", 3).document.text(), "as written");
    let other = Write::SaveApplication { application: application("other", 2), expect: Some(1) };
    assert_eq!(bed.refused(vec![other]).await, WriteError::Gone { what: "application" });
}

#[tokio::test]
async fn an_application_in_use_stays() {
    let bed = Bed::new().await;
    bed.write(vec![save(1, None), save_pipeline("p1", "Deploy", 1, None)]).await;
    let delete = || vec![Write::DeleteApplication("Demo".into())];
    assert_eq!(bed.refused(delete()).await, WriteError::InUse { what: "application" });
    bed.write(vec![Write::DeletePipeline("p1".into())]).await;
    bed.admit("E1").await;
    assert_eq!(bed.refused(delete()).await, WriteError::InUse { what: "application" });
    bed.end("E1", 0, params("{}")).await;
    bed.write(delete()).await;
    assert_eq!(bed.refused(delete()).await, WriteError::Gone { what: "application" });
}

#[tokio::test]
async fn a_pipeline_keeps_its_revisions_and_its_enabled_triggers() {
    let bed = Bed::new().await;
    let orphan = bed.refused(vec![save_pipeline("p1", "Deploy", 1, Some(0))]).await;
    assert_eq!(orphan, WriteError::Gone { what: "application" });
    bed.write(vec![save(1, None), save_pipeline("p1", "Deploy", 1, Some(0))]).await;
    let taken = bed.refused(vec![save_pipeline("p2", "DEPLOY", 1, Some(0))]).await;
    assert_eq!(taken, WriteError::Exists { what: "pipeline" });
    let stale = bed.refused(vec![save_pipeline("p1", "Deploy", 2, Some(7))]).await;
    assert_eq!(stale, WriteError::Changed { what: "pipeline" });
    bed.write(vec![save_pipeline("p1", "Deploy all", 2, Some(1))]).await;

    let pipelines = bed.store.pipelines();
    let found = pipelines.by_name(&"DEMO".into(), "deploy ALL").await.expect("read").expect("there");
    assert_eq!((found.revision, found.id.as_str()), (2, "p1"));
    assert_eq!(found.document.text(), pipeline("p1", "", 1).document.text());
    assert!(pipelines.find(&"demo".into(), "p1").await.expect("read").is_some());
    let hooks = pipelines.triggers_of("webhook", Some("hook")).await.expect("read");
    assert_eq!(hooks.iter().map(|trigger| trigger.index).collect::<Vec<_>>(), [0], "the second is off");
    assert!(pipelines.triggers_of("webhook", Some("other")).await.expect("read").is_empty());
    assert_eq!(pipelines.triggers_of("git", Some("any")).await.expect("read").len(), 1, "it names no source");

    bed.write(vec![Write::DeletePipeline("p1".into())]).await;
    assert_eq!(bed.refused(vec![Write::DeletePipeline("p1".into())]).await, WriteError::Gone { what: "pipeline" });
    assert!(pipelines.triggers_of("git", None).await.expect("read").is_empty());
    assert!(pipelines.revision(&"p1".into(), 1).await.expect("read").is_some(), "executions are pinned to it");
    let kept = pipelines.revisions(&"p1".into(), None, 1).await.expect("read");
    assert_eq!(kept.items[0].name, "Deploy all");
    let older = pipelines.revisions(&"p1".into(), kept.next.as_ref(), 1).await.expect("read");
    assert_eq!((older.items[0].revision, older.next), (1, None));
    // A pipeline of that id that comes again must not take the place of a revision that executions are pinned to.
    let again = bed.refused(vec![save_pipeline("p1", "Deploy", 1, Some(0))]).await;
    assert_eq!(again, WriteError::Changed { what: "pipeline" });
    let next = pipelines.newest_revision(&"p1".into()).await.expect("read") + 1;
    bed.write(vec![save_pipeline("p1", "Deploy", next, Some(0))]).await;
}

#[tokio::test]
async fn an_execution_is_admitted_once() {
    let bed = Bed::new().await;
    let mut wakes = bed.store.wakes().expect("not taken");
    assert!(bed.store.wakes().is_none(), "there is one stream");
    bed.write(vec![Write::Admit(new("E1")), Write::Inbox { execution: id("E1"), fact: fact("a") }]).await;
    let Some(Wake::Admitted(admitted)) = wakes.recv().await else { panic!("no wake") };
    assert_eq!(admitted.execution.id, id("E1"));
    assert!(matches!(wakes.recv().await, Some(Wake::Moved(_))));
    assert_eq!(bed.refused(vec![Write::Admit(new("E1"))]).await, WriteError::Exists { what: "execution" });
    assert!(wakes.try_recv().is_err(), "what was refused wakes nobody");
}

#[tokio::test]
async fn a_person_votes_once_and_the_deciding_vote_closes_the_question() {
    let bed = Bed::new().await;
    bed.admit("E1").await;
    bed.pass(DriveCommit { questions: vec![question("E1", "q")], ..drive("E1", 0) }).await;
    let mut wakes = bed.store.wakes().expect("not taken");
    while wakes.try_recv().is_ok() {}
    let id = question("E1", "q").id();
    let vote = |by: &str, closes| {
        let (answer, role) = (params(r#"{"go":true}"#), Some("ops".into()));
        let vote = Vote { by: by.into(), at: Timestamp(START + 7), answer, approves: true, role };
        Write::Vote { question: id.clone(), vote, closes }
    };
    bed.write(vec![vote("ann", false)]).await;
    assert_eq!(bed.refused(vec![vote("ann", true)]).await, WriteError::Exists { what: "question" });
    assert!(wakes.try_recv().is_err(), "nothing is decided yet");
    assert_eq!(bed.store.questions().open(Some(&"demo".into()), None, 9).await.expect("read").items.len(), 1);
    bed.write(vec![vote("bob", true)]).await;
    assert!(matches!(wakes.try_recv(), Ok(Wake::Moved(_))));
    assert_eq!(bed.refused(vec![vote("cid", true)]).await, WriteError::Gone { what: "question" });
    let row = bed.store.questions().get(&id).await.expect("read").expect("there");
    assert_eq!(row.closed, Some(Timestamp(START + 7)));
    assert_eq!(row.votes.iter().map(|vote| vote.by.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
    assert!(bed.store.questions().open(None, None, 9).await.expect("read").items.is_empty());
}

fn manifest() -> Manifest {
    serde_json::from_str(r#"{"manifest":1,"id":"wait","version":"1","kind":"stage"}"#).expect("a manifest")
}

fn component(bytes: &[u8]) -> (Digest, Write) {
    let digest = Digest::of(bytes);
    let (bytes, at) = (bytes.to_vec(), Timestamp(START));
    (digest.clone(), Write::Component { digest, bytes, manifest: manifest(), at })
}

fn entry(digest: &Digest, previous: Option<&Digest>) -> CatalogEntry {
    CatalogEntry {
        name: "wait".into(),
        digest: digest.clone(),
        granted: Grants { blobs: true, ..Grants::default() },
        enabled: true,
        previous: previous.cloned(),
        installed: Timestamp(START),
    }
}

#[tokio::test]
async fn a_catalogue_revision_follows_the_newest_and_knows_its_components() {
    let bed = Bed::new().await;
    let plugins = bed.store.plugins();
    assert_eq!(plugins.newest_revision().await.expect("read"), (0, Vec::new()));
    let (one, keep_one) = component(b"\0asm one");
    let (two, keep_two) = component(b"\0asm two");
    let revision = |expect, digest: &Digest, previous: Option<&Digest>| Write::Catalog {
        expect,
        plugins: vec![entry(digest, previous)],
        at: Timestamp(START),
    };
    let unknown = bed.refused(vec![revision(0, &one, None)]).await;
    assert_eq!(unknown, WriteError::Gone { what: "component" });
    bed.write(vec![keep_one, revision(0, &one, None)]).await;
    bed.write(vec![keep_two, revision(1, &two, Some(&one))]).await;
    assert_eq!(bed.refused(vec![revision(1, &one, None)]).await, WriteError::Changed { what: "catalog" });
    assert_eq!(plugins.newest_revision().await.expect("read"), (2, vec![entry(&two, Some(&one))]));
    assert_eq!(plugins.revision(1).await.expect("read"), Some(vec![entry(&one, None)]));
    assert_eq!(plugins.revision(9).await.expect("read"), None);
    assert_eq!(plugins.component(&one).await.expect("read").as_deref(), Some(b"\0asm one".as_slice()));
    assert_eq!(plugins.manifest(&two).await.expect("read"), Some(manifest()));

    let mut pinned = execution("E1");
    pinned.catalog = 1;
    bed.write(vec![Write::Admit(store::NewExecution { execution: pinned, document: None, refused: None })]).await;
    assert_eq!(plugins.revisions_in_use().await.expect("read"), [1, 2]);
    bed.end("E1", 0, params("{}")).await;
    assert_eq!(plugins.revisions_in_use().await.expect("read"), [2]);
    let mut kept = vec![one, two];
    kept.sort();
    assert_eq!(plugins.digests_in_use().await.expect("read"), kept, "the newest, and what it rolls back to");
}

#[tokio::test]
async fn tokens_are_unique_by_hash_and_by_name() {
    let bed = Bed::new().await;
    assert!(!bed.store.tokens().any().await.expect("read"));
    let token = |hash: &str, name: &str| Write::Token {
        hash: hash.into(),
        name: name.into(),
        principal: Principal::system(),
        created: Timestamp(START),
        expires: Some(Timestamp(START + 1)),
    };
    bed.write(vec![token("h1", "ci")]).await;
    assert_eq!(bed.refused(vec![token("h2", "ci")]).await, WriteError::Exists { what: "token" });
    assert_eq!(bed.refused(vec![token("h1", "cd")]).await, WriteError::Exists { what: "token" });
    let found = bed.store.tokens().by_hash("h1").await.expect("read").expect("there");
    assert_eq!(
        (found.name.as_str(), found.principal, found.expires),
        ("ci", Principal::system(), Some(Timestamp(START + 1)))
    );
    assert_eq!(bed.store.tokens().list().await.expect("read").len(), 1);
    bed.write(vec![Write::RevokeToken("ci".into())]).await;
    assert_eq!(bed.refused(vec![Write::RevokeToken("ci".into())]).await, WriteError::Gone { what: "token" });
    assert!(bed.store.tokens().by_hash("h1").await.expect("read").is_none());
}

#[tokio::test]
async fn an_event_is_heard_once_per_type_and_source() {
    let bed = Bed::new().await;
    let hear = |kind: &str, source: &str, key: &str| {
        let (source, payload) = (params(source), params(r#"{"ref":"main"}"#));
        let event = TriggerEvent { key: key.into(), kind: kind.into(), source, payload, received: Timestamp(START) };
        let started = TriggerOutcome { pipeline: "p1".into(), index: 0, result: Ok(id("E1")) };
        let not = Err((code("trigger.no-match"), "The branch is another.".to_owned()));
        let skipped = TriggerOutcome { pipeline: "p2".into(), index: 1, result: not };
        (
            event.clone(),
            vec![started.clone(), skipped.clone()],
            Write::Event { event, outcomes: vec![started, skipped] },
        )
    };
    let (event, outcomes, write) = hear("git", r#"{"repository":"a"}"#, "d1");
    bed.write(vec![write.clone(), Write::Admit(new("E1"))]).await;
    let again = bed.refused(vec![Write::Admit(new("E2")), write]).await;
    assert_eq!(again, WriteError::Exists { what: "event" });
    assert!(bed.store.executions().get(&id("E2")).await.expect("read").is_none(), "nothing of the unit was written");
    bed.write(vec![hear("git", r#"{"repository":"b"}"#, "d1").2]).await;
    bed.write(vec![hear("docker", r#"{"repository":"a"}"#, "d1").2]).await;

    let triggers = bed.store.triggers();
    let found = triggers.event("git", &event.source, "d1").await.expect("read").expect("there");
    assert_eq!((&found.event, &found.outcomes), (&event, &outcomes));
    let filter = EventFilter { kind: Some("git".into()), pipeline: Some("p2".into()) };
    let page = triggers.events(&filter, None, 1).await.expect("read");
    assert_eq!(page.items[0].number, 2);
    let page = triggers.events(&filter, page.next.as_ref(), 5).await.expect("read");
    assert_eq!((page.items.len(), page.next), (1, None));
    assert_eq!(triggers.events(&EventFilter::default(), None, 9).await.expect("read").items.len(), 3);
}

#[tokio::test]
async fn audit_rows_and_settings_stay() {
    let bed = Bed::new().await;
    let entry = |who: &str, allowed| AuditEntry {
        at: Timestamp(START),
        who: who.into(),
        action: "pipeline.save".into(),
        subject: "pipeline/p1".into(),
        allowed,
        details: params(r#"{"revision":1}"#),
    };
    bed.admit("E1").await;
    bed.write(vec![Write::Audit(entry("ann", true)), Write::Audit(entry("eve", false))]).await;
    bed.pass(DriveCommit { audit: vec![entry("engine", true)], ..drive("E1", 0) }).await;
    let audit = bed.store.audit();
    let all = audit.list(&AuditFilter::default(), None, 9).await.expect("read").items;
    assert_eq!(all, [entry("engine", true), entry("eve", false), entry("ann", true)]);
    let filter = AuditFilter { allowed: Some(false), ..AuditFilter::default() };
    assert_eq!(audit.list(&filter, None, 9).await.expect("read").items, [entry("eve", false)]);

    let set = |value: &str| Write::Setting { key: "instance".into(), value: params(value) };
    assert_eq!(bed.store.settings().get("instance").await.expect("read"), None);
    bed.write(vec![set("1")]).await;
    bed.write(vec![set(r#"{"id":2}"#)]).await;
    assert_eq!(bed.store.settings().get("instance").await.expect("read"), Some(params(r#"{"id":2}"#)));
}
