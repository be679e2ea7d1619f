//! How near the store comes to bare SQLite: the same rows through our writer, and through nothing but SQLite.
//!
//! A *transition* is what one drive commits at least: the execution's row changed under its gate, a stage written, an event row.
//! **The floor** is one thread with SQLite's C interface on the same schema, `synchronous=FULL`: three prepared statements a
//! transition, all parameters made beforehand, `n` transitions between `begin` and `commit`; no queue, no gate to be told of, nobody to
//! answer, nothing serialised. **Ours** is `n` tasks that each hand a [`DriveCommit`] to [`Store::drive`], which serialises it, and wait until it
//! is durable before they hand in the next. Floor and ours take turns; medians of the rounds are printed.
//!
//! `cargo run --release -p tests --bin bench-store [-- --json] [--normal] [--rounds N] [--writers N]`
#![expect(unsafe_code, reason = "the floor is SQLite's C interface itself")]

use std::ffi::{CStr, CString};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use domain::environment::Environment;
use domain::execution::{Control, ControlKind, Event, EventKind, Execution, ExecutionState};
use domain::id::ExecutionId;
use domain::stage::{Ended, Phase, Record, StageStatus, StoredStage, StoredState};
use domain::{Params, StageId, Timestamp};
use libsqlite3_sys as sqlite;
use store::{DriveCommit, DriveOutcome, NewExecution, Store, StoreConfig, Synchronous, Write};

/// Transitions of one execution before the next is taken.
const STAGES: usize = 40;
const ROWS_OF_A_TRANSITION: f64 = 3.0;

struct Real;

impl Environment for Real {
    fn now(&self) -> Timestamp {
        Timestamp(wall())
    }

    fn sleep_until(&self, _due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }

    fn random(&self, bytes: &mut [u8]) {
        let seed = wall().to_le_bytes();
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = seed[index % seed.len()].wrapping_mul(31).wrapping_add(index as u8);
        }
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's clock is the real one")]
fn wall() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn start() -> Instant {
    Instant::now()
}

/// One run's result.
#[derive(Clone, Copy)]
struct Measured {
    rows_a_second: f64,
    p50: Duration,
    p99: Duration,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let after =
        |flag: &str| arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1));
    let rounds: usize = after("--rounds").map_or(Ok(5), |text| text.parse()).context("--rounds wants a number")?;
    let synchronous = if has("--normal") { Synchronous::Normal } else { Synchronous::Full };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if !has("--json") {
        println!(
            "synchronous={synchronous:?}, {rounds} rounds, medians; rows/s, {ROWS_OF_A_TRANSITION} rows a transition"
        );
        println!("writers |   floor    ours   ratio | floor p50    ours p50   ours p99");
    }
    let only: Option<usize> =
        after("--writers").map(|text| text.parse()).transpose().context("--writers wants a number")?;
    for writers in [1, 16, 64, 256].into_iter().filter(|&writers| only.is_none_or(|only| only == writers)) {
        let transitions = if writers == 1 { 2_000 } else { (writers * 200).clamp(8_000, 20_000) };
        let mut floors = Vec::new();
        let mut ours = Vec::new();
        for _ in 0..rounds {
            floors.push(runtime.block_on(floor(writers, transitions, synchronous))?);
            ours.push(runtime.block_on(through_the_store(writers, transitions, synchronous))?);
        }
        let (floor, ours) = (median(floors), median(ours));
        let ratio = ours.rows_a_second / floor.rows_a_second;
        if has("--json") {
            println!(
                "{{\"writers\":{writers},\"floor\":{:.0},\"ours\":{:.0},\"ratio\":{ratio:.3},\"floor_p50_us\":{},\"p50_us\":{},\"p99_us\":{}}}",
                floor.rows_a_second,
                ours.rows_a_second,
                floor.p50.as_micros(),
                ours.p50.as_micros(),
                ours.p99.as_micros()
            );
        } else {
            println!(
                "{writers:7} | {:7.0} {:7.0} {ratio:6.2}x | {:>9.2?} {:>11.2?} {:>10.2?}",
                floor.rows_a_second, ours.rows_a_second, floor.p50, ours.p50, ours.p99
            );
        }
    }
    Ok(())
}

fn median(mut runs: Vec<Measured>) -> Measured {
    runs.sort_by(|a, b| a.rows_a_second.total_cmp(&b.rows_a_second));
    runs[runs.len() / 2]
}

fn measured(transitions: usize, took: Duration, mut waits: Vec<Duration>) -> Measured {
    waits.sort_unstable();
    let at = |share: usize| waits.get(waits.len() * share / 100).copied().unwrap_or_default();
    let rows_a_second = transitions as f64 * ROWS_OF_A_TRANSITION / took.as_secs_f64();
    Measured { rows_a_second, p50: at(50), p99: at(99) }
}

fn execution_id(number: usize) -> ExecutionId {
    format!("01BENCH{number:019}").into()
}

fn stage(execution: &ExecutionId, step: usize, now: i64) -> StoredStage {
    let ref_id = step.to_string().into();
    let record = Record {
        outputs: Params::from_members([(
            "image",
            "registry.example/app@sha256:0123456789abcdef0123456789abcdef".into(),
        )]),
        phases: vec![Phase { name: "work".into(), started: Timestamp(now), ended: Some(Timestamp(now)) }],
        ..Record::default()
    };
    let ended = Ended {
        status: StageStatus::Succeeded,
        started: Some(Timestamp(now)),
        ended: Timestamp(now),
        config: None,
        record,
        problem: None,
        acting_as: None,
        past: false,
    };
    StoredStage {
        id: StageId::derive(execution, &ref_id),
        ref_id,
        run: 1,
        planned: None,
        kept: None,
        state: StoredState::Ended(Box::new(ended)),
    }
}

fn events(stage: &StoredStage, now: i64) -> Vec<Event> {
    let (id, reference) = (stage.id.clone(), stage.ref_id.clone());
    let started = EventKind::StageStarted { stage: id.clone(), reference: reference.clone(), run: 1 };
    let ended = EventKind::StageEnded { stage: id, reference, status: StageStatus::Succeeded, problem: None };
    vec![Event { at: Timestamp(now), kind: started }, Event { at: Timestamp(now), kind: ended }]
}

fn new_execution(number: usize) -> Write {
    let execution = Execution {
        id: execution_id(number),
        application: "bench".into(),
        pipeline: None,
        name: "bench".into(),
        parent: None,
        trigger: Params::object(),
        principal: "bench".into(),
        roles: Vec::new(),
        created: Timestamp(wall()),
        catalog: 0,
        state: ExecutionState::NotStarted,
        control: Control::default(),
    };
    Write::Admit(NewExecution { execution, document: None, refused: None })
}

async fn opened(folder: &Path, synchronous: Synchronous, transitions: usize, writers: usize) -> Result<Store> {
    let config = StoreConfig { synchronous, ..StoreConfig::new(folder) };
    let store = Store::open(config, Arc::new(Real)).await?;
    let executions = transitions / STAGES + writers;
    for chunk in (0..executions).collect::<Vec<_>>().chunks(200) {
        store.write(chunk.iter().map(|&number| new_execution(number)).collect()).await?;
    }
    Ok(store)
}

async fn through_the_store(writers: usize, transitions: usize, synchronous: Synchronous) -> Result<Measured> {
    let folder = tempfile::tempdir_in(".")?;
    let store = opened(folder.path(), synchronous, transitions, writers).await?;
    let each = transitions / writers;
    let commits: Vec<Vec<DriveCommit>> = (0..writers)
        .map(|writer| (0..each).map(|step| commit(writer + writers * (step / STAGES), step % STAGES)).collect())
        .collect();
    let begun = start();
    let tasks: Vec<_> = commits.into_iter().map(|commits| tokio::spawn(drive(store.clone(), commits))).collect();
    let mut waits = Vec::with_capacity(transitions);
    for task in tasks {
        waits.extend(task.await??);
    }
    let took = begun.elapsed();
    store.close().await;
    Ok(measured(each * writers, took, waits))
}

async fn drive(store: Store, commits: Vec<DriveCommit>) -> Result<Vec<Duration>> {
    let mut waits = Vec::with_capacity(commits.len());
    for commit in commits {
        let begun = start();
        match store.drive(commit).await? {
            DriveOutcome::Committed { .. } => waits.push(begun.elapsed()),
            DriveOutcome::Stale => bail!("a transition was stale"),
        }
    }
    Ok(waits)
}

fn commit(number: usize, step: usize) -> DriveCommit {
    let execution = execution_id(number);
    let now = wall();
    let stage = stage(&execution, step, now);
    let events = events(&stage, now);
    DriveCommit {
        execution,
        version: step as i64,
        epoch: 0,
        control: ControlKind::Run,
        inbox_seen: 0,
        state: ExecutionState::Running { started: Timestamp(now) },
        paused_since: None,
        cancel_told: false,
        due: None,
        removed: Vec::new(),
        stages: vec![stage],
        events,
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

async fn floor(writers: usize, transitions: usize, synchronous: Synchronous) -> Result<Measured> {
    let folder = tempfile::tempdir_in(".")?;
    opened(folder.path(), synchronous, transitions, writers).await?.close().await;
    let path = folder.path().join("mainsheet.db");
    tokio::task::spawn_blocking(move || bare(&path, writers, transitions, synchronous)).await?
}

fn bare(path: &Path, writers: usize, transitions: usize, synchronous: Synchronous) -> Result<Measured> {
    let database = Bare::open(path)?;
    database.run(&format!("pragma synchronous={synchronous:?}"))?;
    let mut update = database.prepare(
        "update executions set version = version + 1, status = 'RUNNING', started = ?1, due = null, paused_since = null, cancel_told = 0,
          events = events + 2
        where id = ?2 and version = ?3 and epoch = 0 and control = 'run'",
    )?;
    let mut stages = database.prepare(
        "insert into stages (execution, ref, ordinal, body) values (?1, ?2, ?3, ?4)
        on conflict (execution, ref) do update set body = excluded.body",
    )?;
    let mut journal = database.prepare("insert into events (execution, first, count, body) values (?1, ?2, 2, ?3)")?;
    let each = transitions / writers;
    let mut prepared = Vec::with_capacity(each * writers);
    for step in 0..each {
        for writer in 0..writers {
            let number = writer + writers * (step / STAGES);
            let id = execution_id(number);
            let stage = stage(&id, step % STAGES, wall());
            let events = serde_json::to_string(&events(&stage, wall()))?;
            prepared.push((
                number as i64 + 1,
                id.to_string(),
                (step % STAGES) as i64,
                serde_json::to_string(&stage)?,
                events,
            ));
        }
    }
    let mut waits = Vec::with_capacity(each);
    let begun = start();
    for group in prepared.chunks(writers) {
        let group_begun = start();
        database.run("begin immediate")?;
        for (number, id, version, stage, events) in group {
            update.int(1, wall()).text(2, id).int(3, *version).step()?;
            stages.int(1, *number).text(2, &version.to_string()).int(3, (*version + 1) * 4096).text(4, stage).step()?;
            journal.int(1, *number).int(2, *version * 2 + 2).text(3, events).step()?;
        }
        database.run("commit")?;
        waits.push(group_begun.elapsed());
    }
    Ok(measured(each * writers, begun.elapsed(), waits))
}

/// SQLite, bare.
struct Bare(*mut sqlite::sqlite3);

impl Bare {
    fn open(path: &Path) -> Result<Bare> {
        let path = CString::new(path.to_str().context("a path that is text")?)?;
        let mut handle = std::ptr::null_mut();
        // SAFETY: `path` is a C string, and the handle is closed when the value goes.
        let code = unsafe { sqlite::sqlite3_open(path.as_ptr(), &raw mut handle) };
        anyhow::ensure!(code == sqlite::SQLITE_OK, "cannot open: {code}");
        Ok(Bare(handle))
    }

    fn run(&self, sql: &str) -> Result<()> {
        let sql = CString::new(sql)?;
        let nothing = std::ptr::null_mut();
        // SAFETY: the handle is open, `sql` a C string, no callback is given.
        let code = unsafe { sqlite::sqlite3_exec(self.0, sql.as_ptr(), None, nothing, std::ptr::null_mut()) };
        anyhow::ensure!(code == sqlite::SQLITE_OK, "{sql:?}: {}", self.message());
        Ok(())
    }

    fn prepare(&self, sql: &str) -> Result<Prepared<'_>> {
        let text = CString::new(sql)?;
        let mut statement = std::ptr::null_mut();
        // SAFETY: the handle is open and outlives the statement, `text` is a C string.
        let code =
            unsafe { sqlite::sqlite3_prepare_v2(self.0, text.as_ptr(), -1, &raw mut statement, std::ptr::null_mut()) };
        anyhow::ensure!(code == sqlite::SQLITE_OK, "{sql}: {}", self.message());
        Ok(Prepared { statement, database: self })
    }

    fn message(&self) -> String {
        // SAFETY: the handle is open; SQLite answers a C string that holds until the next call.
        unsafe { CStr::from_ptr(sqlite::sqlite3_errmsg(self.0)) }.to_string_lossy().into_owned()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // SAFETY: closed once; statements borrow the value and are gone.
        unsafe { sqlite::sqlite3_close(self.0) };
    }
}

struct Prepared<'d> {
    statement: *mut sqlite::sqlite3_stmt,
    database: &'d Bare,
}

impl Prepared<'_> {
    fn int(&mut self, index: i32, value: i64) -> &mut Self {
        // SAFETY: the statement is prepared.
        unsafe { sqlite::sqlite3_bind_int64(self.statement, index, value) };
        self
    }

    fn text(&mut self, index: i32, value: &str) -> &mut Self {
        // SAFETY: the statement is prepared; SQLite copies the text at once.
        unsafe {
            let length = value.len() as i32;
            sqlite::sqlite3_bind_text(self.statement, index, value.as_ptr().cast(), length, sqlite::SQLITE_TRANSIENT());
        }
        self
    }

    fn step(&mut self) -> Result<()> {
        // SAFETY: the statement is prepared.
        let code = unsafe { sqlite::sqlite3_step(self.statement) };
        // SAFETY: as above.
        unsafe { sqlite::sqlite3_reset(self.statement) };
        anyhow::ensure!(code == sqlite::SQLITE_DONE, "{}", self.database.message());
        Ok(())
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        // SAFETY: finalised once.
        unsafe { sqlite::sqlite3_finalize(self.statement) };
    }
}
