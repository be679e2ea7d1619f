//! Opening the data folder: the lock, the schema, the connections.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::environment::Environment;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, Row, SqlitePool};
use tokio::sync::{Notify, broadcast, mpsc};

use crate::config::{OpenError, StoreConfig, Synchronous};
use crate::readers::Readers;
use crate::sqlite::{Connection, SqliteError};
use crate::writer::{Announcer, Checkpointer, Writer};
use crate::{Inner, Simulated};

/// Marks the file as ours ("Msht"), so that another program's database is not written to.
const APPLICATION: i64 = 0x4d73_6874;

/// Every schema there was, in order; a database at version n has had the first n.
const MIGRATIONS: [&str; 3] = [
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0003_queues.sql"),
    include_str!("../migrations/0004_triggers.sql"),
];

pub(crate) async fn open(config: StoreConfig, environment: Arc<dyn Environment>) -> Result<Inner, OpenError> {
    let lock = Arc::new(lock(&config.folder)?);
    let path = config.folder.join("mainsheet.db");
    let failed = |reason: sqlx::Error| OpenError::Database { path: path.clone(), reason: reason.to_string() };

    let mut checkpoints = options(&config, &path).connect().await.map_err(failed)?;
    migrate(&mut checkpoints, &path).await?;
    let (wake_sender, wakes) = mpsc::unbounded_channel();
    let (feed, _nobody_yet) = broadcast::channel(config.feed_capacity.max(1));
    let (configured, _none_yet) = broadcast::channel(config.feed_capacity.max(1));
    let (orders, queue) = std::sync::mpsc::channel();
    let checkpointer = Arc::new(Checkpointer::new(config.checkpoint_bytes));
    let simulation = config.simulation.clone();
    let told = (feed.clone(), configured.clone());
    let announcer = Announcer { wakes: wake_sender, feed: told.0, configured: told.1, simulation: simulation.clone() };
    let writer = connect(&config, &path)
        .and_then(|connection| {
            Writer::new(connection, &config, Arc::clone(&environment), Arc::clone(&checkpointer), announcer, lock)
        })
        .map_err(|reason| OpenError::Database { path: path.clone(), reason: reason.to_string() })?;
    let wakes = Mutex::new(Some(wakes));
    if let Some(simulation) = simulation {
        let ordered = Arc::new(Notify::new());
        environment.spawn(Box::pin(writer.run_in_turns(queue, Arc::clone(&ordered), Arc::clone(&simulation))));
        let simulated = Some(Simulated { simulation, ordered });
        return Ok(Inner { readers: Readers::caller(checkpoints), orders, feed, configured, wakes, simulated });
    }
    let readers = readers(&config, &path).await.map_err(failed)?;
    std::thread::Builder::new()
        .name("store-writer".into())
        .spawn(move || writer.run(queue))
        .map_err(|reason| OpenError::Folder { path: config.folder.clone(), reason })?;
    environment.spawn(Box::pin(async move { checkpointer.run(checkpoints).await }));
    Ok(Inner { readers: Readers::Pool(readers), orders, feed, configured, wakes, simulated: None })
}

async fn readers(config: &StoreConfig, path: &Path) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(config.readers.max(1))
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options(config, path).read_only(true))
        .await
}

/// The writer's connection.
fn connect(config: &StoreConfig, path: &Path) -> Result<Connection, SqliteError> {
    let mut connection = Connection::open(path, config.busy_timeout)?;
    let synchronous = match config.synchronous {
        Synchronous::Full => "pragma synchronous = full",
        Synchronous::Normal => "pragma synchronous = normal",
    };
    for pragma in [synchronous, "pragma foreign_keys = on", "pragma temp_store = memory", "pragma cache_size = -8000"] {
        connection.run(pragma, &[])?;
    }
    if let Some(bytes) = config.most_bytes {
        connection.limit(bytes / 4096)?;
    }
    Ok(connection)
}

/// Makes the folder if need be and takes it for this process.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let unusable = |reason| OpenError::Folder { path: folder.to_owned(), reason };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("mainsheet.lock"))
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Locked(folder.to_owned())),
        Err(std::fs::TryLockError::Error(reason)) => Err(unusable(reason)),
    }
}

fn options(config: &StoreConfig, path: &Path) -> SqliteConnectOptions {
    let synchronous = match config.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(config.busy_timeout)
        .foreign_keys(true)
        // The log is emptied by a connection of its own (writer/checkpoint.rs).
        .pragma("wal_autocheckpoint", "0")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(64)
        .row_buffer_size(1024)
        .disable_statement_logging()
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let failed = |reason: sqlx::Error| OpenError::Database { path: path.to_owned(), reason: reason.to_string() };
    let pragma = async |connection: &mut SqliteConnection, sql: &'static str| -> Result<i64, sqlx::Error> {
        sqlx::query(sql).fetch_one(connection).await?.try_get(0)
    };
    let found = pragma(connection, "pragma user_version").await.map_err(failed)?;
    let application = pragma(connection, "pragma application_id").await.map_err(failed)?;
    let tables = pragma(connection, "select count(*) from sqlite_master").await.map_err(failed)?;
    if application != APPLICATION && (application != 0 || found != 0 || tables != 0) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    let done = usize::try_from(found).unwrap_or(0);
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let mut transaction = connection.begin().await.map_err(failed)?;
        sqlx::raw_sql(*sql).execute(&mut *transaction).await.map_err(failed)?;
        let marks = format!("pragma application_id = {APPLICATION}; pragma user_version = {}", version + 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(marks)).execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    Ok(())
}
