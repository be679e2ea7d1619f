//! What every simulation begins with: a database with plugins, an application and two pipelines, made once for each process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use app::App;
use capabilities::{Capabilities, Vault};
use domain::application::Application;
use domain::environment::Environment;
use domain::pipeline::Pipeline;
use domain::plugin::{Grants, Manifest};
use domain::{Digest, Params};
use mainsheet_sdk::stage::StagePlugin;
use runtime::{Runtime, WorkerProgram};
use serde_json::{Value, json};
use store::{CatalogEntry, Store, StoreConfig, Write};
use tempfile::TempDir;

use super::documents;
use super::environment::START;
use crate::bed::clock::ManualClock;

/// Application of everything.
pub const APPLICATION: &str = "sim";

/// The provider that the outside world answers for.
pub const PROVIDER: &str = "world";

/// Id of the pipeline that has no child.
pub const LEAF: &str = "00000000-0000-4000-8000-00000000001e";

/// Id of the pipeline that has one.
pub const MIDDLE: &str = "00000000-0000-4000-8000-000000000011";

/// Every stage plugin that random documents name.
#[must_use]
pub fn stages() -> Vec<StagePlugin> {
    vec![stage_wait::plugin(), stage_manual_judgment::plugin(), stage_pipeline::plugin(), guest_scripted::plugin()]
}

/// The database as bytes.
///
/// # Errors
/// It cannot be made.
pub fn database() -> Result<&'static [u8]> {
    static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(made) = DATABASE.get() {
        return Ok(made);
    }
    // Two threads may make it at once; it is the same.
    let made = std::thread::spawn(make).join().ok().context("making the database ended in a panic")??;
    Ok(DATABASE.get_or_init(|| made))
}

fn make() -> Result<Vec<u8>> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async {
        let folder = TempDir::new()?;
        let environment: Arc<dyn Environment> = ManualClock::new(1);
        let store = Store::open(StoreConfig::new(folder.path()), environment.clone()).await?;
        store.write(content()?).await?;
        // The first start gives the installation its id.
        let vault = Vault::forgetful(store.clone(), environment.clone());
        drop(App::open(store.clone(), runtime()?, vault, environment, app::Config::default()).await?);
        store.close().await;
        Ok(std::fs::read(folder.path().join("mainsheet.db"))?)
    })
}

fn content() -> Result<Vec<Write>> {
    let mut manifests: Vec<Value> = stages().iter().map(StagePlugin::describe).collect();
    manifests.push(provider());
    let (mut unit, mut plugins) = (Vec::new(), Vec::new());
    for manifest in manifests {
        let bytes = manifest.to_string().into_bytes();
        let digest = Digest::of(&bytes);
        let manifest: Manifest = serde_json::from_value(manifest)?;
        plugins.push(CatalogEntry {
            name: manifest.id.clone(),
            digest: digest.clone(),
            granted: Grants::default(),
            enabled: true,
            previous: None,
            installed: START,
        });
        unit.push(Write::Component { digest, bytes, manifest, at: START });
    }
    unit.push(Write::Catalog { expect: 0, plugins, at: START });
    let application = Application {
        name: APPLICATION.into(),
        document: Params::new(json!({ "name": APPLICATION })),
        created: START,
        updated: START,
        version: 1,
    };
    unit.push(Write::SaveApplication { application, expect: Some(0) });
    for (id, document) in [(LEAF, documents::leaf()), (MIDDLE, documents::middle())] {
        let name = document["name"].as_str().unwrap_or_default().to_owned();
        let pipeline = Pipeline {
            id: id.into(),
            application: APPLICATION.into(),
            name,
            revision: 1,
            document: Params::new(document),
            updated: START,
            updated_by: "sim".into(),
        };
        unit.push(Write::SavePipeline { pipeline, expect: Some(0) });
    }
    Ok(unit)
}

fn provider() -> Value {
    let operation = |kind: &str, repeat: &str, timeout: Option<i64>| json!({ "kind": kind, "schema": {}, "repeat": repeat, "timeout": timeout });
    json!({
        "manifest": 1, "id": PROVIDER, "version": "1.0.0", "kind": "provider", "provider": PROVIDER,
        "operations": [
            operation("keyed", "keyed", None), operation("safe", "safe", None), operation("never", "never", None),
            operation("bounded", "keyed", Some(8_000)),
        ],
        "queries": [{ "kind": "look", "schema": {} }],
    })
}

/// The runtime that all simulations of a process share; its components are never called, the world stands in for them.
///
/// # Errors
/// It does not start on this machine.
pub fn runtime() -> Result<Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(made) = RUNTIME.get() {
        return Ok(made.clone());
    }
    let config = runtime::Config {
        data: std::env::temp_dir().join("mainsheet-sim"),
        worker: WorkerProgram { program: PathBuf::from("/nonexistent"), arguments: Vec::new() },
        ..runtime::Config::default()
    };
    let lent = Capabilities::new(capabilities::Config::new(config.data.clone(), "sim"));
    let made = Runtime::new(config, lent, Arc::new(NoComponents))?;
    Ok(RUNTIME.get_or_init(|| made).clone())
}

struct NoComponents;

#[async_trait::async_trait]
impl runtime::Components for NoComponents {
    async fn component(&self, _: &Digest) -> Option<Vec<u8>> {
        None
    }
}

/// A folder in memory, where the machine has one, so that a commit costs no disk.
///
/// # Errors
/// None can be made.
pub fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::with_prefix_in("sim-", memory) } else { TempDir::with_prefix("sim-") };
    folder.context("no folder for the database")
}
