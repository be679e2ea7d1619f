//! A runtime with real components, compiled by the real worker.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use domain::code::code;
use domain::plugin::Grants;
use domain::plugin::call::{Meta, Mode, Scope, Turn};
use domain::stage::{Answer, Verdict};
use domain::{Digest, Failure, FailureClass, Params, Timestamp};
use runtime::{
    Blobs, Body, Bound, Bounds, Components, Config, Fault, Http, HttpRequest, HttpResponse, Key, Lent, Runtime, Sign,
    WorkerProgram,
};

/// A runtime, and the store that it takes components from.
pub struct Bed {
    pub runtime: Runtime,
    pub stored: Arc<Stored>,
}

/// Components by digest.
#[derive(Default)]
pub struct Stored(Mutex<HashMap<Digest, Vec<u8>>>);

#[async_trait]
impl Components for Stored {
    async fn component(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }
}

impl Stored {
    pub fn put(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest.clone(), bytes.to_owned());
        digest
    }
}

/// A cache that all tests share, so that each component is compiled once for all of them.
pub fn shared_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("runtime")
}

/// Short limits, so that a test of an endless call is none itself.
pub fn config(data: &Path) -> Config {
    let limits = Bounds {
        cpu: Bound { default: 300, greatest: 10_000 },
        wall: Bound { default: 5_000, greatest: 300_000 },
        ..Bounds::default()
    };
    let worker = WorkerProgram { program: PathBuf::from(env!("CARGO_BIN_EXE_compile-worker")), arguments: Vec::new() };
    Config { data: data.to_owned(), instances: 32, worker, limits, ..Config::default() }
}

impl Bed {
    pub fn new() -> Bed {
        Bed::with(config(&shared_folder()))
    }

    pub fn with(config: Config) -> Bed {
        let stored = Arc::new(Stored::default());
        let lent = Lent { http: Arc::new(Outside), blobs: Arc::new(Outside), sign: Arc::new(Outside) };
        let runtime = Runtime::new(config, lent, Arc::clone(&stored) as Arc<dyn Components>).expect("it starts");
        Bed { runtime, stored }
    }

    /// Stores a component and makes the scope of its calls.
    pub fn store(&self, name: &str) -> Scope {
        scope(name, self.stored.put(&component(name)))
    }

    /// One step of a stage in a fresh run.
    pub async fn step(&self, scope: &Scope, kind: &str, config: &str) -> Result<Verdict, Fault> {
        let (config, answers) = (params(config), Vec::new());
        self.runtime.step(scope, &turn(kind, &config, &answers)).await
    }

    /// What a step that must not give a verdict gave.
    pub async fn fault(&self, scope: &Scope, kind: &str, config: &str) -> Fault {
        match self.step(scope, kind, config).await {
            Err(fault) => fault,
            Ok(verdict) => panic!("`{kind}` gave a verdict: {verdict:?}"),
        }
    }
}

/// The bytes of a plugin (`stage-wait`) or of a guest (`panics`).
pub fn component(name: &str) -> Vec<u8> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let places = ["guests", "plugins"].map(|home| target.join(home).join(name).with_extension("wasm"));
    let found = places.iter().find_map(|place| std::fs::read(place).ok());
    found.unwrap_or_else(|| panic!("the component `{name}` is not built: run `cargo xtask plugins --guests` first"))
}

pub fn scope(name: &str, digest: Digest) -> Scope {
    Scope {
        plugin: name.into(),
        digest,
        grants: Grants::default(),
        mode: Mode::Act,
        application: "fleet".to_owned(),
        execution: "01J00000000000000000000000".to_owned(),
        key: "01J/stage/1/label".to_owned(),
        account: None,
    }
}

pub fn params(text: &str) -> Params {
    Params::parse(text).expect("test text is JSON")
}

pub fn meta() -> Meta {
    Meta {
        application: "fleet".to_owned(),
        pipeline: "p".to_owned(),
        execution: "01J00000000000000000000000".to_owned(),
        stage: "01J00000000000000000000001".to_owned(),
        run: 1,
        started: Timestamp(1_000),
        now: Timestamp(2_000),
        trace_parent: None,
    }
}

pub fn turn<'t>(kind: &'t str, config: &'t Params, answers: &'t [Answer]) -> Turn<'t> {
    Turn { meta: meta(), kind, config, context: Params::object(), answers, pending: Vec::new(), state: None }
}

/// A member of a fault's details that is a list, one line each.
pub fn lines(fault: &Fault, member: &str) -> Vec<String> {
    let details = fault.failure.details.as_ref().expect("a fault has details");
    let list = details.get(member).and_then(|list| list.as_array()).expect("the details have the list");
    list.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

/// An outside that answers as the address says: the runtime's own part is what happens around it.
struct Outside;

#[async_trait]
impl Http for Outside {
    async fn send(&self, _: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure> {
        match request.url.as_str() {
            "never:" => std::future::pending().await,
            "broken:" => panic!("a mistake of the host's"),
            _ => Ok(HttpResponse { status: 200, headers: Vec::new(), body: Body::Bytes(Bytes::from_static(b"{}")) }),
        }
    }
}

fn nothing<T>() -> Result<T, Failure> {
    Err(Failure::new(FailureClass::NotFound, code("test.nothing"), "There is nothing."))
}

#[async_trait]
impl Blobs for Outside {
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
impl Sign for Outside {
    async fn open(&self, _: &Scope, _: &str, _: &[u8]) -> Result<Arc<dyn Key>, Failure> {
        nothing()
    }
}
