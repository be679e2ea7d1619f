//! A store on a real file, a clock that is moved by hand, and the nouns that tests write.
#![expect(dead_code, reason = "each test file uses a part of the bed")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::application::Application;
use domain::environment::Environment;
use domain::execution::{Control, ControlKind, Event, EventKind, Execution, ExecutionState, Fact, Parent, PipelineAt};
use domain::id::{Label, PipelineId};
use domain::operation::{Operation, OperationKey, OperationState};
use domain::pipeline::Pipeline;
use domain::question::{Question, QuestionRow};
use domain::stage::request::OperationRequest;
use domain::stage::{Ended, Record, StageStatus, StoredStage, StoredState};
use domain::{ExecutionId, Params, StageId, Timestamp};
use store::{DriveCommit, DriveOutcome, NewExecution, Store, StoreConfig, Write, WriteError};

/// An instant that all tests begin at.
pub const START: i64 = 1_700_000_000_000;

pub struct Manual {
    now: AtomicI64,
    random: AtomicI64,
}

impl Manual {
    pub fn new() -> Arc<Manual> {
        Arc::new(Manual { now: AtomicI64::new(START), random: AtomicI64::new(1) })
    }

    pub fn set(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

impl Environment for Manual {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, _due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }

    fn random(&self, bytes: &mut [u8]) {
        let seed = self.random.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(seed.iter().cycle()).for_each(|(byte, seed)| *byte = *seed);
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

/// A store in a folder that goes with it.
pub struct Bed {
    pub store: Store,
    pub clock: Arc<Manual>,
    pub folder: tempfile::TempDir,
}

impl Bed {
    pub async fn new() -> Bed {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Manual::new();
        let store = Store::open(StoreConfig::new(folder.path()), clock.clone()).await.expect("a new store");
        Bed { store, clock, folder }
    }

    pub async fn reopen(self) -> Bed {
        let Bed { store, clock, folder } = self;
        store.close().await;
        let store = Store::open(StoreConfig::new(folder.path()), clock.clone()).await.expect("the same store");
        Bed { store, clock, folder }
    }

    pub async fn write(&self, unit: Vec<Write>) {
        self.store.write(unit).await.expect("written");
    }

    pub async fn refused(&self, unit: Vec<Write>) -> WriteError {
        self.store.write(unit).await.expect_err("refused")
    }

    pub async fn admit(&self, id: &str) {
        self.write(vec![Write::Admit(new(id))]).await;
    }

    /// Commits a drive that must pass; the new version.
    pub async fn pass(&self, commit: DriveCommit) -> i64 {
        match self.store.drive(commit).await.expect("written") {
            DriveOutcome::Committed { version, .. } => version,
            DriveOutcome::Stale => panic!("the drive was stale"),
        }
    }

    pub async fn end(&self, id: &str, version: i64, report: Params) {
        self.pass(ending(id, version, report)).await;
    }
}

pub fn params(text: &str) -> Params {
    Params::parse(text).expect("JSON")
}

pub fn execution(id: &str) -> Execution {
    Execution {
        id: id.into(),
        application: "demo".into(),
        pipeline: Some(PipelineAt { id: "p1".into(), revision: 3 }),
        name: "Deploy".into(),
        parent: None,
        trigger: params(r#"{"type":"manual","user":"ann","odd":[1.50,null]}"#),
        principal: "ann".into(),
        roles: vec!["dev".into(), "ops".into()],
        created: Timestamp(START),
        catalog: 7,
        state: ExecutionState::NotStarted,
        control: Control::default(),
    }
}

pub fn new(id: &str) -> NewExecution {
    NewExecution { execution: execution(id), document: None, refused: None }
}

pub fn child(id: &str, parent: &str) -> NewExecution {
    let mut new = new(id);
    let (stage, label) = ("S1".into(), "run".into());
    new.execution.parent = Some(Parent { execution: parent.into(), stage, run: 1, label, depth: 1 });
    new
}

/// A drive that starts the execution and does nothing more.
pub fn drive(id: &str, version: i64) -> DriveCommit {
    DriveCommit {
        execution: id.into(),
        version,
        epoch: 0,
        control: ControlKind::Run,
        inbox_seen: 0,
        state: ExecutionState::Running { started: Timestamp(START + 1) },
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

pub fn ending(id: &str, version: i64, report: Params) -> DriveCommit {
    let started = Some(Timestamp(START + 1));
    let status = domain::execution::ExecutionStatus::Succeeded;
    DriveCommit {
        state: ExecutionState::Ended { started, ended: Timestamp(START + 9), status },
        report: Some(report),
        ..drive(id, version)
    }
}

pub fn event(at: i64) -> Event {
    Event { at: Timestamp(at), kind: EventKind::ExecutionStarted }
}

pub fn stage(execution: &str, reference: &str) -> StoredStage {
    let ended = Ended {
        status: StageStatus::Succeeded,
        started: Some(Timestamp(START)),
        ended: Timestamp(START + 5),
        config: None,
        record: Record { outputs: params(r#"{"a":"\u0000 \" 中文"}"#), ..Record::default() },
        problem: None,
        acting_as: None,
        past: false,
    };
    StoredStage {
        id: StageId::derive(&execution.into(), &reference.into()),
        ref_id: reference.into(),
        run: 1,
        planned: None,
        kept: None,
        state: StoredState::Ended(Box::new(ended)),
    }
}

pub fn key(execution: &str, label: &str) -> OperationKey {
    OperationKey { execution: execution.into(), stage: "S1".into(), run: 1, label: label.into() }
}

pub fn operation(execution: &str, label: &str) -> Operation {
    Operation {
        key: key(execution, label),
        application: "demo".into(),
        principal: "ann".into(),
        request: OperationRequest {
            account: Some("prod".into()),
            provider: None,
            kind: "deploy".into(),
            input: params(r#"{"replicas":3}"#),
            pace: Some(500),
        },
        digest: "d1".into(),
        ordered: Timestamp(START),
        state: OperationState::Ordered,
        cancelling: false,
    }
}

pub fn question(execution: &str, label: &str) -> QuestionRow {
    QuestionRow {
        execution: execution.into(),
        stage: "S1".into(),
        run: 1,
        label: Label::from(label),
        application: "demo".into(),
        question: Question {
            kind: "judgment".into(),
            title: "Go?".into(),
            instructions: String::new(),
            schema: Params::object(),
            approving: Params::object(),
            roles: vec!["ops".into()],
            quorum: 2,
            distinct_roles: false,
            exclude_submitter: true,
            expires: None,
        },
        asked: Timestamp(START),
        votes: Vec::new(),
        closed: None,
    }
}

pub fn fact(label: &str) -> Fact {
    Fact::Answered { stage: "S1".into(), run: 1, label: label.into(), by: None, outcome: Ok(params(r#"{"ok":true}"#)) }
}

pub fn application(name: &str, version: i64) -> Application {
    Application {
        name: name.into(),
        document: params(r#"{"email":"a@b.c","unknown":{"kept":[1,2]}}"#),
        created: Timestamp(START),
        updated: Timestamp(START + version),
        version,
    }
}

pub fn pipeline(id: &str, name: &str, revision: i64) -> Pipeline {
    Pipeline {
        id: PipelineId::from(id),
        application: "demo".into(),
        name: name.into(),
        revision,
        document: params(
            r#"{"name":"x","triggers":[
                {"type":"webhook","enabled":true,"source":"Hook"},
                {"type":"webhook","enabled":false,"source":"off"},
                {"type":"git","enabled":true}]}"#,
        ),
        updated: Timestamp(START + revision),
        updated_by: "ann".into(),
    }
}

pub fn id(text: &str) -> ExecutionId {
    text.into()
}
