//! Where reads go: to a pool of connections, or, in a simulation, to one connection, on whose answer the caller's thread waits.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Either, Execute, Executor, SqlStr, SqlitePool};

/// Connections that read.
#[derive(Debug)]
pub(crate) enum Readers {
    /// As many as are configured, in any order.
    Pool(SqlitePool),
    /// One, and a read is over when its first poll is.
    Caller(Mutex<SqliteConnection>),
}

impl Readers {
    pub(crate) fn caller(connection: SqliteConnection) -> Readers {
        Readers::Caller(Mutex::new(connection))
    }

    pub(crate) async fn close(&self) {
        if let Readers::Pool(pool) = self {
            pool.close().await;
        }
    }
}

impl<'c> Executor<'c> for &'c Readers {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match self {
            Readers::Pool(pool) => pool.fetch_many(query),
            Readers::Caller(connection) => {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let rows: Vec<_> = wait(connection.fetch_many(query).collect());
                futures::stream::iter(rows).boxed()
            }
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match self {
            Readers::Pool(pool) => pool.fetch_optional(query),
            Readers::Caller(connection) => {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let row = wait(connection.fetch_optional(query));
                Box::pin(std::future::ready(row))
            }
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        match self {
            Readers::Pool(pool) => pool.prepare_with(sql, parameters),
            Readers::Caller(connection) => {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let statement = wait(connection.prepare_with(sql, parameters));
                Box::pin(std::future::ready(statement))
            }
        }
    }
}

/// Stops this thread until `work` is done.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    struct Parked(Thread);
    impl Wake for Parked {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Parked(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut work = pin!(work);
    loop {
        match work.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}
