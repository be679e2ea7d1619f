//! How long a step takes: `cargo run -p runtime --example step [--release] [component.wasm [worker]]`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use domain::code::code;
use domain::plugin::Grants;
use domain::plugin::call::{Meta, Mode, Scope, Turn};
use domain::{Digest, Failure, FailureClass, Params, Timestamp};
use runtime::{Blobs, Components, Config, Http, HttpRequest, HttpResponse, Key, Lent, Runtime, Sign, WorkerProgram};

const STEPS: usize = 20_000;

struct One(Vec<u8>);

#[async_trait]
impl Components for One {
    async fn component(&self, _: &Digest) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }
}

struct Nothing;

fn nothing<T>() -> Result<T, Failure> {
    Err(Failure::new(FailureClass::NotFound, code("example.nothing"), "Nothing is lent."))
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

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let component = arguments.next().unwrap_or_else(|| PathBuf::from("target/plugins/stage-wait.wasm"));
    let beside =
        std::env::current_exe().ok().and_then(|program| Some(program.parent()?.parent()?.join("compile-worker")));
    let worker = arguments.next().or(beside).expect("a compile worker");
    let bytes = std::fs::read(&component).expect("the component is built: `cargo xtask plugins`");
    let digest = Digest::of(&bytes);
    let config = Config {
        data: std::env::temp_dir().join("mainsheet-example"),
        worker: WorkerProgram { program: worker, arguments: Vec::new() },
        ..Config::default()
    };
    let lent = Lent { http: Arc::new(Nothing), blobs: Arc::new(Nothing), sign: Arc::new(Nothing) };
    let begun = Instant::now();
    let runtime = Runtime::new(config, lent, Arc::new(One(bytes))).expect("it starts");
    println!("start: {:?}", begun.elapsed());
    let scope = Scope {
        plugin: "measured".into(),
        digest: digest.clone(),
        grants: Grants::default(),
        mode: Mode::Read,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
        account: None,
    };
    let workers = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    workers.block_on(async {
        let begun = Instant::now();
        runtime.warm(&digest).await.expect("it loads");
        println!("load: {:?}, compiled {}", begun.elapsed(), runtime.stats().compiles);
        let mut times = Vec::with_capacity(STEPS);
        tokio::spawn(async move {
            for _ in 0..STEPS {
                let begun = Instant::now();
                step(&runtime, &scope).await;
                times.push(begun.elapsed());
            }
            times.sort_unstable();
            println!(
                "step: p50 {:?}, p99 {:?}, most {:?}",
                times[STEPS / 2],
                times[STEPS * 99 / 100],
                times[STEPS - 1]
            );
        })
        .await
        .expect("no panic");
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default());
}

async fn step(runtime: &Runtime, scope: &Scope) {
    let config = Params::parse(r#"{"waitTime": 30}"#).expect("JSON");
    let meta = Meta {
        application: "fleet".to_owned(),
        pipeline: "p".to_owned(),
        execution: "01J00000000000000000000000".to_owned(),
        stage: "01J00000000000000000000001".to_owned(),
        run: 1,
        started: Timestamp(1_000),
        now: Timestamp(2_000),
        trace_parent: None,
    };
    let turn = Turn {
        meta,
        kind: "wait",
        config: &config,
        context: Params::object(),
        answers: &[],
        pending: Vec::new(),
        state: None,
    };
    runtime.step(scope, &turn).await.expect("a verdict");
}
