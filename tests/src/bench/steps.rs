//! What one step costs (G15): a fresh instance of a compiled stage, JSON both ways, and its end. Measured in this process, on the modules
//! that the server has left in its cache.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use app::StoredComponents;
use capabilities::Capabilities;
use domain::plugin::Grants;
use domain::plugin::call::{Meta, Mode, Scope, Turn};
use domain::{Params, Timestamp};
use runtime::{Runtime, WorkerProgram};
use store::{Store, StoreConfig};

use super::figures::Spans;

/// Microseconds of `times` steps of `noop`, on the data folder of a server that is not running.
///
/// # Errors
/// The folder cannot be opened, or the guest is not installed in it.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub async fn measure(data: &Path, server: &Path, times: usize) -> Result<Spans> {
    let store = Store::open(StoreConfig::new(data), Arc::new(server::environment::Real::start())).await?;
    let config = runtime::Config {
        data: data.to_owned(),
        worker: WorkerProgram { program: server.to_owned(), arguments: vec!["compile-worker".into()] },
        ..runtime::Config::default()
    };
    let lent = Capabilities::new(capabilities::Config::new(data.to_owned(), "bench"));
    let runtime = Runtime::new(config, lent, Arc::new(StoredComponents::new(store.clone())))?;
    let (_, entries) = store.plugins().newest_revision().await?;
    let guest = entries.into_iter().find(|entry| entry.name.as_str().contains("scripted"));
    let guest = guest.context("the guest `scripted` is not installed")?;
    let scope = Scope {
        plugin: guest.name,
        digest: guest.digest,
        grants: Grants::default(),
        mode: Mode::Read,
        application: "bench".into(),
        execution: "01JGFJJZ00BENCH00000000000".into(),
        key: String::new(),
        account: None,
    };
    let config = Params::object();
    let mut spans = Spans::default();
    for number in 0..times + 100 {
        let begun = Instant::now();
        runtime.step(&scope, &turn(&config)).await.map_err(|fault| anyhow::anyhow!("{:?}", fault.failure))?;
        // The first ones load the module and warm the pool.
        if number >= 100 {
            spans.add(begun.elapsed().as_secs_f64() * 1_000_000.0);
        }
    }
    store.close().await;
    Ok(spans)
}

fn turn(config: &Params) -> Turn<'_> {
    let meta = Meta {
        application: "bench".into(),
        pipeline: String::new(),
        execution: "01JGFJJZ00BENCH00000000000".into(),
        stage: "01JGFJJZ00BENCH00000000001".into(),
        run: 1,
        started: Timestamp(1_735_689_600_000),
        now: Timestamp(1_735_689_600_000),
        trace_parent: None,
    };
    Turn { meta, kind: "noop", config, context: Params::object(), answers: &[], pending: Vec::new(), state: None }
}
