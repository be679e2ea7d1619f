//! A server without its listener, in this process: a real database file, real components, real use cases, the real engine. The clock is
//! moved by hand; nothing else is a stand-in.

pub mod clock;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use app::plugins::Granted;
use app::start::Target;
use app::view::{ExecutionView, StageView};
use app::{App, Caller, Committed, StoredComponents};
use capabilities::{Capabilities, KeySource, Vault};
use domain::environment::Environment;
use domain::execution::{Event, EventKind};
use domain::plugin::{Grants, HttpGrant};
use domain::{ExecutionId, Params};
use engine::{Engine, EngineHandle, Stats};
use runtime::{Runtime, WorkerProgram};
use serde_json::Value;
use store::{Store, StoreConfig, Write};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;

use clock::ManualClock;

/// Application of everything that a bed starts.
pub const APPLICATION: &str = "bed";

/// How long a test waits, in real time, for what must happen before it says that it does not.
const PATIENCE: Duration = Duration::from_secs(60);

/// The parts.
pub struct Bed {
    /// Use cases.
    pub app: App,
    /// The store.
    pub store: Store,
    /// The engine.
    pub engine: EngineHandle,
    /// The clock.
    pub clock: Arc<ManualClock>,
    folder: TempDir,
}

impl Bed {
    /// A fresh bed with the components of `plugins`, by file name: from `target/guests`, else from `target/plugins`.
    ///
    /// # Errors
    /// A part does not open; `cargo xtask plugins --guests` builds the components.
    pub async fn open(plugins: &[&str]) -> Result<Bed> {
        let bed = Bed::on(TempDir::new()?, ManualClock::new(7), engine::Config::default()).await?;
        let document = Params::new(serde_json::json!({ "name": APPLICATION }));
        bed.app.save_application(&Caller::system(), APPLICATION, document, Some(0)).await?;
        for plugin in plugins {
            bed.install(&component(plugin)?).await?;
        }
        Ok(bed)
    }

    /// Opens every part on `folder`.
    async fn on(folder: TempDir, clock: Arc<ManualClock>, config: engine::Config) -> Result<Bed> {
        let environment: Arc<dyn Environment> = clock.clone();
        let store = Store::open(StoreConfig::new(folder.path()), environment.clone()).await?;
        let (denials, heard) = app::denials::channel();
        let key = KeySource::File(folder.path().join("secrets.key"));
        let vault = Vault::open(store.clone(), environment.clone(), key).await?;
        let runtime = runtime(&store, folder.path(), &vault, denials)?;
        let app = App::open(store.clone(), runtime, vault, environment.clone(), app::Config::default()).await?;
        environment.spawn(Box::pin(app.record_denials(heard)));
        let engine = Engine::start(&app, environment, config)?;
        Ok(Bed { app, store, engine, clock, folder })
    }

    /// Stops everything where it stands, as a crash that loses no commit would, and opens it again on the same data.
    ///
    /// # Errors
    /// A part does not open again.
    pub async fn crash(self) -> Result<Bed> {
        self.crash_into(engine::Config::default()).await
    }

    /// As [`Bed::crash`], with another configuration of the engine.
    ///
    /// # Errors
    /// A part does not open again.
    pub async fn crash_into(self, config: engine::Config) -> Result<Bed> {
        let Bed { app, store, engine, clock, folder } = self;
        engine.stop().await;
        drop((app, engine));
        store.close().await;
        Bed::on(folder, clock, config).await
    }

    /// Installs a component with all that it wants, and returns its digest.
    ///
    /// # Errors
    /// It is refused.
    pub async fn install(&self, bytes: &[u8]) -> Result<domain::Digest> {
        let installed = self.app.install_plugin(&Caller::system(), bytes.to_vec().into(), Granted::Wanted).await?;
        Ok(installed.digest)
    }

    /// As [`Bed::install`], and it may reach this machine.
    ///
    /// # Errors
    /// It is refused.
    pub async fn install_with_loopback(&self, plugin: &str) -> Result<()> {
        let http = HttpGrant { hosts: vec!["*".to_owned()], networks: vec!["127.0.0.0/8".to_owned()] };
        let granted = Granted::These(Grants { http: Some(http), blobs: true, sign: true });
        self.app.install_plugin(&Caller::system(), component(plugin)?.into(), granted).await?;
        Ok(())
    }

    /// Waits until every open operation sleeps, and nothing else is done either.
    #[expect(
        clippy::disallowed_methods,
        reason = "tasks of this process are given time, and the bed's clock stands still"
    )]
    pub async fn settled(&self) {
        let (mut before, mut unchanged) = (self.stats(), 0);
        while unchanged < 3 {
            self.engine.calls_ended().await;
            // A call takes its place a moment after it was ordered, and gives it back a moment before its outcome is told.
            tokio::time::sleep(Duration::from_millis(2)).await;
            self.engine.calls_ended().await;
            let now = self.stats();
            unchanged = if now == before { unchanged + 1 } else { 0 };
            before = now;
        }
    }

    /// Starts a document that is not stored.
    ///
    /// # Errors
    /// It is refused.
    pub async fn start(&self, document: Value) -> Result<ExecutionId> {
        self.start_with(document, &Params::object()).await
    }

    /// Starts a document that is not stored in another application, which is made if need be.
    ///
    /// # Errors
    /// It is refused.
    pub async fn start_in(&self, application: &str, document: Value) -> Result<ExecutionId> {
        if application != APPLICATION {
            let members = Params::new(serde_json::json!({ "name": application }));
            self.app.save_application(&Caller::system(), application, members, None).await?;
        }
        let target = Target::Document { application: Some(application.into()), document: Params::new(document) };
        Ok(self.app.start(&Caller::system(), target, &Params::object()).await?.execution.id)
    }

    /// Starts a document that is not stored, with this trigger.
    ///
    /// # Errors
    /// It is refused.
    pub async fn start_with(&self, document: Value, trigger: &Params) -> Result<ExecutionId> {
        let target = Target::Document { application: Some(APPLICATION.into()), document: Params::new(document) };
        Ok(self.app.start(&Caller::system(), target, trigger).await?.execution.id)
    }

    /// Saves a pipeline and returns its id.
    ///
    /// # Errors
    /// It is refused.
    pub async fn save(&self, document: Value) -> Result<String> {
        let save = app::pipelines::SavePipeline {
            application: Some(APPLICATION.into()),
            id: None,
            document: Params::new(document),
            expect: None,
        };
        Ok(self.app.save_pipeline(&Caller::system(), save).await?.id.to_string())
    }

    /// Waits until `execution` has an event that `wanted` accepts.
    ///
    /// # Errors
    /// It does not happen within a minute of real time; the events so far are told.
    pub async fn until(&self, execution: &ExecutionId, wanted: impl Fn(&EventKind) -> bool) -> Result<Event> {
        self.until_after(execution, 0, wanted).await
    }

    /// As [`Bed::until`], for the event that comes after `others` of the same kind.
    async fn until_after(
        &self,
        execution: &ExecutionId,
        others: usize,
        wanted: impl Fn(&EventKind) -> bool,
    ) -> Result<Event> {
        let mut feed = self.store.feed();
        let found = async {
            loop {
                let events = self.events(execution).await?;
                if let Some(event) = events.into_iter().filter(|event| wanted(&event.kind)).nth(others) {
                    return anyhow::Ok(event);
                }
                loop {
                    match feed.recv().await {
                        Ok(Committed { execution: moved, .. }) if moved == *execution => break,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => bail!("the store has closed"),
                    }
                }
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => {
                bail!("it did not happen; what happened:\n{:#?}\n{:?}", self.events(execution).await?, self.stats())
            }
        }
    }

    /// Everything that has happened in `execution`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn events(&self, execution: &ExecutionId) -> Result<Vec<Event>> {
        let rows = self.store.events().of(execution, 0, 100_000).await?;
        Ok(rows.into_iter().map(|(_, event)| event).collect())
    }

    /// Waits for the end of `execution` and returns what it shows.
    ///
    /// # Errors
    /// It does not end.
    pub async fn ended(&self, execution: &ExecutionId) -> Result<ExecutionView> {
        let is_end = |kind: &EventKind| matches!(kind, EventKind::ExecutionEnded { .. });
        let events = self.events(execution).await?;
        let restarted = events.iter().rposition(|event| matches!(event.kind, EventKind::StageRestarted { .. }));
        // Ends from before the last restart are none.
        let former = events.iter().take(restarted.unwrap_or(0)).filter(|event| is_end(&event.kind)).count();
        self.until_after(execution, former, is_end).await?;
        // Observers may hear of a commit a moment before the engine does.
        self.quiet().await;
        self.view(execution).await
    }

    /// As [`Bed::ended`], for one that must succeed.
    ///
    /// # Errors
    /// It ends in another way.
    pub async fn succeeded(&self, execution: &ExecutionId) -> Result<ExecutionView> {
        let view = self.ended(execution).await?;
        ensure!(view.status == domain::execution::ExecutionStatus::Succeeded, "it ended {:?}:\n{view:#?}", view.status);
        Ok(view)
    }

    /// What `execution` shows now.
    ///
    /// # Errors
    /// It is unknown.
    pub async fn view(&self, execution: &ExecutionId) -> Result<ExecutionView> {
        Ok(self.app.execution(&Caller::system(), execution.as_str()).await?)
    }

    /// Waits until the engine has nothing to do but wait.
    #[expect(
        clippy::disallowed_methods,
        reason = "tasks of this process are given time, and the bed's clock stands still"
    )]
    pub async fn quiet(&self) {
        let (mut before, mut unchanged) = (None, 0);
        while unchanged < 2 {
            self.engine.quiet().await;
            let now = Some(self.stats());
            unchanged = if now == before { unchanged + 1 } else { 0 };
            before = now;
            // What was committed reaches the engine a moment later.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.engine.quiet().await;
    }

    /// What the engine has done since the bed was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    /// Waits until `calls` calls of operations were made and something sleeps for exactly `millis` from now: the clock may be moved then.
    pub async fn asleep(&self, calls: u64, millis: i64) {
        while self.stats().calls < calls || !self.clock.sleeps_until(self.clock.now().plus(millis)) {
            tokio::task::yield_now().await;
        }
        self.quiet().await;
    }

    /// Waits until no operation of `execution` is open.
    ///
    /// # Errors
    /// The store cannot be read, or one stays open for a minute.
    pub async fn operations_closed(&self, execution: &ExecutionId) -> Result<()> {
        let closed = async {
            while !self.store.operations().open_of(execution).await?.is_empty() {
                tokio::task::yield_now().await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, closed).await.context("an operation stays open")?
    }

    /// All operations of an execution.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn all_operations(&self, execution: &ExecutionId) -> Result<Vec<domain::operation::Operation>> {
        let filter = store::OperationFilter { execution: Some(execution.clone()), ..store::OperationFilter::default() };
        Ok(self.store.operations().list(&filter, None, 1_000).await?.items)
    }

    /// Tells an execution what a person wants of it, as the API does.
    ///
    /// # Errors
    /// It is refused.
    pub async fn wish(&self, execution: &ExecutionId, wish: app::control::Wish) -> Result<()> {
        self.app.control(&Caller::system(), execution.as_str(), wish, Some("the test".into())).await?;
        Ok(())
    }

    /// Writes a unit past the use cases.
    ///
    /// # Errors
    /// It is refused.
    pub async fn write(&self, unit: Vec<Write>) -> Result<()> {
        Ok(self.store.write(unit).await?)
    }
}

/// The stage `reference` of what an execution shows.
///
/// # Panics
/// There is none.
#[must_use]
pub fn stage<'v>(view: &'v ExecutionView, reference: &str) -> &'v StageView {
    view.stages.iter().find(|stage| stage.ref_id.as_str() == reference).expect("a stage of that reference")
}

/// Bytes of a component that was built by `cargo xtask plugins --guests`.
///
/// # Errors
/// It was not.
pub fn component(name: &str) -> Result<Vec<u8>> {
    let target = target();
    let plugin = |kind: &str| target.join("plugins").join(format!("{kind}-{name}.wasm"));
    let guest = target.join("guests").join(format!("{name}.wasm"));
    let whole = target.join("plugins").join(format!("{name}.wasm"));
    let places = [guest, whole, plugin("stage"), plugin("provider"), plugin("trigger")];
    let found = places.iter().find(|place| place.is_file());
    let place = found.with_context(|| format!("{name}.wasm is not built: run `cargo xtask plugins --guests`"))?;
    Ok(std::fs::read(place)?)
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}

/// The runtime, with a cache that all beds share: compiling is not what these tests are about.
fn runtime(store: &Store, data: &Path, vault: &Arc<Vault>, denials: app::denials::Told) -> Result<Runtime> {
    let config = runtime::Config {
        data: target().join("bed"),
        worker: WorkerProgram { program: compile_worker()?, arguments: Vec::new() },
        ..runtime::Config::default()
    };
    let lent = Capabilities::new(capabilities::Config {
        allow_networks: vec!["127.0.0.0/8".parse()?],
        denials: Arc::new(denials),
        ..capabilities::Config::new(data.to_owned(), "bed").with_vault(vault)
    });
    Ok(Runtime::new(config, lent, Arc::new(StoredComponents::new(store.clone())))?)
}

/// The program of this crate that compiles components; cargo puts it beside the folder of the tests.
fn compile_worker() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside = own.ancestors().map(|folder| folder.join("compile-worker")).find(|place| place.is_file());
    beside.context("the program compile-worker is not built")
}
