//! A bed for tests of this crate and of `api`: a real store in a folder of its own, a real runtime, and a clock that is moved by
//! hand. What only the engine does, [`Bed::drive`] does in its place.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use domain::code::code;
use domain::environment::Environment;
use domain::execution::{Event, EventKind, ExecutionState, ExecutionStatus};
use domain::operation::Operation;
use domain::plugin::call::Scope;
use domain::plugin::{Grants, Manifest};
use domain::principal::{Principal, Standing};
use domain::question::{Question, QuestionRow};
use domain::stage::{Run, StoredStage, StoredState};
use domain::trigger::TriggerEvent;
use domain::{Digest, ExecutionId, Failure, FailureClass, Params, StageId, Timestamp};
use runtime::{Blobs, Http, HttpRequest, HttpResponse, Key, Lent, Runtime, Sign};
use store::{CatalogEntry, DriveCommit, DriveOutcome, Loaded, Store, StoreConfig, Write};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::tokens::NewToken;
use crate::{App, Caller, Config, StoredComponents};

/// When the clock of a bed begins.
pub const BEGIN: Timestamp = Timestamp(1_700_000_000_000);

/// A manifest with one stage type, `sleep`, for documents of tests.
pub const SLEEPY: &str = r#"{"manifest":1,"id":"sleepy","version":"1.0.0","kind":"stage","stages":[{"type":"sleep","skippable":true,
    "label":{"en":"Sleep","zh":"等待"},
    "schema":{"type":"object","properties":{"millis":{"type":"integer","minimum":0}}}}]}"#;

/// Everything that a test needs.
pub struct Bed {
    /// The use cases.
    pub app: App,
    /// The clock.
    pub clock: Arc<Clock>,
    /// Token of an administrator.
    pub admin: String,
    _folder: TempDir,
}

/// A clock that stands still until it is moved; randomness that never repeats.
pub struct Clock {
    now: watch::Sender<Timestamp>,
    drawn: AtomicU64,
}

impl Clock {
    /// Moves it on by `millis`.
    pub fn advance(&self, millis: i64) {
        self.now.send_modify(|now| *now = now.plus(millis));
    }
}

impl Environment for Clock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            drop(now.wait_for(|now| *now >= due).await);
        })
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            let digest = Digest::of(&drawn.to_be_bytes());
            chunk.iter_mut().zip(digest.as_str().bytes()).for_each(|(byte, drawn)| *byte = drawn);
        }
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

/// Plugins of a bed are lent nothing.
struct Nothing;

fn nothing<T>() -> Result<T, Failure> {
    Err(Failure::new(FailureClass::Denied, code("access.denied"), "Plugins of a test bed are lent nothing."))
}

#[async_trait]
impl Http for Nothing {
    async fn send(&self, _: &Scope, _: HttpRequest) -> Result<HttpResponse, Failure> {
        nothing()
    }
}

#[async_trait]
impl Blobs for Nothing {
    async fn size(&self, _: &Scope, _: &str) -> Result<u64, Failure> {
        nothing()
    }

    async fn read(&self, _: &Scope, _: &str, _: u64, _: u32) -> Result<Bytes, Failure> {
        nothing()
    }

    async fn create(&self, _: &Scope, _: &str, _: Bytes) -> Result<String, Failure> {
        nothing()
    }
}

#[async_trait]
impl Sign for Nothing {
    async fn open(&self, _: &Scope, _: &str, _: &[u8]) -> Result<Arc<dyn Key>, Failure> {
        nothing()
    }
}

impl Bed {
    /// A fresh installation with the stage type `sleep`.
    ///
    /// # Panics
    /// When the machine has no room for it.
    pub async fn open() -> Bed {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Clock { now: watch::Sender::new(BEGIN), drawn: AtomicU64::new(0) });
        let environment: Arc<dyn Environment> = clock.clone();
        let store = Store::open(StoreConfig::new(folder.path()), environment.clone()).await.expect("a store");
        offer(&store, SLEEPY).await;
        let config = runtime::Config { data: folder.path().to_owned(), ..runtime::Config::default() };
        let lent = Lent { http: Arc::new(Nothing), blobs: Arc::new(Nothing), sign: Arc::new(Nothing) };
        let components = Arc::new(StoredComponents::new(store.clone()));
        let runtime = Runtime::new(config, lent, components).expect("a runtime");
        let app = App::open(store, runtime, environment, Config::default()).await.expect("an app");
        let admin = app.bootstrap().await.expect("a token").expect("the first token");
        Bed { app, clock, admin, _folder: folder }
    }

    /// An administrator.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn caller(&self) -> Caller {
        self.app.authenticate(&self.admin).await.expect("the administrator")
    }

    /// Token of a member called `name` with these roles.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn member(&self, name: &str, roles: &[&str]) -> String {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let principal = Principal { name: name.to_owned(), standing: Standing::Member, roles };
        let new = NewToken { name: format!("{name}-token"), principal, expires: None };
        self.app.create_token(&self.caller().await, new).await.expect("a token")
    }

    /// Records an event that nobody listened to, and returns its key.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn heard(&self, key: &str) -> String {
        let (source, payload) = (Params::object(), Params::object());
        let event = TriggerEvent { key: key.into(), kind: "hook".into(), source, payload, received: self.clock.now() };
        self.app.store().write(vec![Write::Event { event, outcomes: Vec::new() }]).await.expect("a write");
        key.to_owned()
    }

    /// Sets a stage of an admitted execution running, as the engine would, with these questions asked and operations ordered.
    ///
    /// # Panics
    /// When the store fails, or the execution moved on.
    pub async fn drive(&self, execution: &str, stage: &str, asks: Vec<Question>, orders: Vec<Operation>) {
        let id = ExecutionId::from(execution);
        let loaded = self.app.store().executions().load(&id).await.expect("a read").expect("the execution");
        let now = self.clock.now();
        let stage_id = StageId::derive(&id, &stage.into());
        let application = loaded.execution.application.to_string();
        let questions = asks.into_iter().enumerate().map(|(position, question)| QuestionRow {
            execution: id.clone(),
            stage: stage_id.clone(),
            run: 1,
            label: format!("ask-{position}").into(),
            application: application.clone(),
            question,
            asked: now,
            votes: Vec::new(),
            closed: None,
        });
        let started = EventKind::StageStarted { stage: stage_id.clone(), reference: stage.into(), run: 1 };
        let commit = DriveCommit {
            stages: vec![running(&stage_id, stage, now)],
            events: vec![Event { at: now, kind: EventKind::ExecutionStarted }, Event { at: now, kind: started }],
            operations: orders,
            questions: questions.collect(),
            ..nothing_but(&loaded, ExecutionState::Running { started: now })
        };
        self.commit(commit).await;
    }

    /// Ends an execution, as the engine would.
    ///
    /// # Panics
    /// When the store fails, or the execution moved on.
    pub async fn end(&self, execution: &str) {
        let id = ExecutionId::from(execution);
        let loaded = self.app.store().executions().load(&id).await.expect("a read").expect("the execution");
        let status = ExecutionStatus::Succeeded;
        let ended = ExecutionState::Ended { started: None, ended: self.clock.now(), status };
        self.commit(DriveCommit { report: Some(Params::object()), ..nothing_but(&loaded, ended) }).await;
    }

    async fn commit(&self, commit: DriveCommit) {
        let outcome = self.app.store().drive(commit).await.expect("a commit");
        assert!(matches!(outcome, DriveOutcome::Committed { .. }), "{outcome:?}");
    }
}

fn nothing_but(loaded: &Loaded, state: ExecutionState) -> DriveCommit {
    DriveCommit {
        execution: loaded.execution.id.clone(),
        version: loaded.version,
        epoch: loaded.epoch,
        control: loaded.execution.control.kind,
        inbox_seen: loaded.inbox_head,
        state,
        paused_since: None,
        cancel_told: false,
        due: None,
        removed: Vec::new(),
        stages: Vec::new(),
        events: Vec::new(),
        operations: Vec::new(),
        outcomes: Vec::new(),
        cancelling: Vec::new(),
        questions: Vec::new(),
        closed_questions: Vec::new(),
        children: Vec::new(),
        cancel_executions: Vec::new(),
        awaits: Vec::new(),
        report: None,
        audit: Vec::new(),
    }
}

fn running(id: &StageId, reference: &str, now: Timestamp) -> StoredStage {
    let run = Run {
        started: now,
        config: None,
        answers: Vec::new(),
        pending: Vec::new(),
        record: domain::stage::Record::default(),
        state: None,
        steps: 0,
        faults: 0,
        retry: None,
        due: false,
        expires: None,
        windowed: false,
        cancelled: None,
        ending: None,
        held: None,
    };
    StoredStage {
        id: id.clone(),
        ref_id: reference.into(),
        run: 1,
        planned: None,
        kept: None,
        state: StoredState::Running(Box::new(run)),
    }
}

/// Puts a component that is nothing but its manifest into the catalogue: enough for everything that calls no plugin.
async fn offer(store: &Store, manifest: &str) {
    let manifest: Manifest = serde_json::from_str(manifest).expect("a manifest");
    let (digest, at) = (Digest::of(manifest.id.as_str().as_bytes()), BEGIN);
    let entry = CatalogEntry {
        name: manifest.id.clone(),
        digest: digest.clone(),
        granted: Grants::default(),
        enabled: true,
        previous: None,
        installed: at,
    };
    let component = Write::Component { digest, bytes: b"nothing".to_vec(), manifest, at };
    store.write(vec![component, Write::Catalog { expect: 0, plugins: vec![entry], at }]).await.expect("a catalogue");
}

/// A document with one `sleep` stage.
#[must_use]
pub fn document(application: &str, name: &str) -> Params {
    let stage = serde_json::json!({ "type": "sleep", "name": "Rest", "refId": "1", "millis": 5 });
    let members = BTreeMap::from([
        ("application", serde_json::json!(application)),
        ("name", serde_json::json!(name)),
        ("stages", serde_json::json!([stage])),
    ]);
    Params::new(serde_json::json!(members))
}
