//! One seed from its beginning to its end: turns, deaths, restarts, checks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result};
use app::App;
use domain::Timestamp;
use engine::{Engine, EngineHandle};
use store::{Store, StoreConfig};
use tempfile::TempDir;

use super::environment::START;
use super::executor::Executor;
use super::outside::{self, Answers};
use super::people::{self, Act};
use super::planted::Mistake;
use super::witness::Witness;
use super::world::World;
use super::{installation, invariants};
use crate::soak::random::Random;

/// Most turns: a world that needs more never comes to rest.
const MOST_TURNS: u64 = 200_000;

/// Milliseconds of the world's time after which nothing may be left.
const END: i64 = 2_700_000;

/// Most deaths of one seed.
const MOST_DEATHS: u32 = 4;

/// What came of a seed.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// Everything that happened.
    pub trace: String,
    /// What should never have happened, the first of it.
    pub violation: Option<String>,
    /// Groups that became durable.
    pub commits: u64,
    /// Processes that died.
    pub deaths: u32,
    /// Calls of operations.
    pub effects: u64,
}

/// Plays `seed`, with a mistake if one is to be planted.
///
/// # Errors
/// The world itself could not be made; that says nothing of the host.
pub fn play(seed: u64, planted: Option<Mistake>) -> Result<Played> {
    let world = World::new(seed, planted);
    let folder = installation::folder()?;
    std::fs::write(folder.path().join("mainsheet.db"), installation::database()?)?;
    // Timers of libraries want a runtime to be there; nothing runs on it.
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _entered = tokio.enter();
    let mut player = Player {
        world: world.clone(),
        folder,
        executor: Executor::default(),
        random: Random::new(seed),
        acts: people::plan(seed).into_iter().rev().collect(),
        engine: None,
    };
    let result = catch_unwind(AssertUnwindSafe(|| player.run()));
    player.die();
    match result {
        Ok(result) => result?,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
            world.violation(format!("a panic: {text}"));
        }
    }
    let effects = world.outside().effects;
    let state = world.state();
    Ok(Played {
        trace: state.trace.text().to_owned(),
        violation: state.violation.clone(),
        commits: state.commits,
        deaths: state.deaths.saturating_sub(1),
        effects,
    })
}

struct Player {
    world: Arc<World>,
    folder: TempDir,
    executor: Executor,
    random: Random,
    /// Last first.
    acts: Vec<Act>,
    engine: Option<EngineHandle>,
}

impl Player {
    fn run(&mut self) -> Result<()> {
        self.start()?;
        for _ in 0..MOST_TURNS {
            if self.world.state().violation.is_some() {
                return Ok(());
            }
            self.executor.adopt(self.world.environment.take_spawned());
            let now = self.world.environment.world_time();
            if self.executor.turn(&mut self.random, now) {
                self.after_turn()?;
            } else if !self.move_on() {
                return Ok(());
            }
        }
        self.world.violation("the world never comes to rest".into());
        Ok(())
    }

    /// A process begins.
    fn start(&mut self) -> Result<()> {
        let world = self.world.clone();
        world.tell("start");
        let mut config = StoreConfig::new(self.folder.path());
        config.synchronous = store::Synchronous::Normal;
        config.group_units = 3;
        config.simulation = Some(Arc::new(Witness(world.clone())));
        let store = futures::executor::block_on(Store::open(config, world.host_environment()))?;
        let runtime = installation::runtime()?.with_stand_in(Arc::new(Answers(world.clone())));
        let vault = capabilities::Vault::forgetful(store.clone(), world.host_environment());
        let opened = App::open(store, runtime, vault, world.host_environment(), app::Config::default());
        let app = futures::executor::block_on(opened).context("the use cases do not open")?;
        world.state().app = Some(app.clone());
        let config = engine::Config {
            workers: 2,
            in_flight: 4,
            operations: outside::CALLS,
            warm_stages: 12,
            ..engine::Config::default()
        };
        self.engine = Some(Engine::start(&app, world.host_environment(), config)?);
        Ok(())
    }

    /// The process dies where it stands.
    fn die(&mut self) {
        self.swept();
        self.world.tell("dies");
        self.engine = None;
        let app = {
            let mut state = self.world.state();
            state.deaths += 1;
            state.wishes.forget_process();
            state.app.take()
        };
        self.executor.forget();
        self.world.environment.forget();
        drop(app);
        self.world.outside().forget_process();
    }

    fn after_turn(&mut self) -> Result<()> {
        let settled = self.world.state().settled;
        if settled {
            invariants::check(&self.world);
        }
        let (deaths, calm) = {
            let state = self.world.state();
            (state.deaths, state.calm)
        };
        if calm || deaths >= MOST_DEATHS || self.random.below(if settled { 50 } else { 900 }) > 0 {
            return Ok(());
        }
        self.die();
        self.start()
    }

    /// Nobody can go on now: time moves to the next moment. False when nothing is left.
    fn move_on(&mut self) -> bool {
        self.swept();
        if self.is_over() {
            invariants::at_the_end(&self.world);
            return false;
        }
        let now = self.world.environment.world_time();
        let act = self.acts.last().map(|act| START.plus(act.at));
        let next = [self.world.environment.earliest(), self.executor.earliest(), act].into_iter().flatten().min();
        let next = next.unwrap_or(Timestamp::NEVER);
        if next.since(START) > END {
            let open = self.open();
            self.world.violation(format!("{open} executions never end"));
            return false;
        }
        if next.since(START) > people::PATIENCE {
            self.world.state().calm = true;
        }
        self.world.environment.advance(next.max(now));
        while let Some(act) = self.acts.pop_if(|act| START.plus(act.at) <= next) {
            let work = people::act(self.world.clone(), act.deed);
            self.executor.adopt(vec![Box::pin(work)]);
        }
        true
    }

    /// Whether everything was started and has ended, operations included.
    fn is_over(&self) -> bool {
        let starts = self.acts.iter().any(|act| matches!(act.deed, people::Deed::Start(..)));
        !starts && self.open() == 0
    }

    fn open(&self) -> usize {
        let Some(store) = self.world.store() else { return 0 };
        let executions = futures::executor::block_on(store.executions().open(0, 100));
        let operations = futures::executor::block_on(store.operations().open_all(None, 100));
        executions.map_or(1, |open| open.len()) + operations.map_or(1, |open| open.items.len())
    }

    /// No wake is lost: the slow sweep finds nothing.
    fn swept(&self) {
        let Some(engine) = &self.engine else { return };
        if engine.stats().swept > 0 {
            self.world.violation("a wake was lost: only the sweep found it".into());
        }
    }
}
