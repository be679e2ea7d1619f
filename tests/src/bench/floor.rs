//! What this machine can do at all: rows committed by bare SQLite, `synchronous=FULL`, nothing else. Measured in the same run as what is
//! compared with it, because the disk of one hour is not that of another.
#![expect(unsafe_code, reason = "the floor is SQLite's C interface itself")]

use std::ffi::{CStr, CString};
use std::path::Path;
use std::ptr::{null, null_mut};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use libsqlite3_sys as sqlite;

/// Bare SQLite with three small tables, as one transition of an execution of five stages writes them: its row changed, a stage's row
/// and an event's row added.
pub struct Floor {
    database: *mut sqlite::sqlite3,
    statements: Vec<*mut sqlite::sqlite3_stmt>,
    next: i64,
}

const SCHEMA: &str = "pragma journal_mode=wal; pragma synchronous=full;
    create table executions (id integer primary key, version integer not null, status text not null);
    create table stages (execution integer not null, ref integer not null, body text not null, primary key (execution, ref));
    create table events (feed integer primary key, execution integer not null, body text not null);";

const STATEMENTS: [&str; 3] = [
    "insert into executions (id, version, status) values (?1 / 5, ?1, 'RUNNING')
     on conflict (id) do update set version = excluded.version, status = excluded.status",
    "insert into stages (execution, ref, body) values (?1 / 5, ?1 % 5, printf('{\"id\":\"01JGFJJZ00KE5WG1CDQZ1C8Z1N\",\"run\":%d,
     \"state\":{\"ended\":{\"status\":\"SUCCEEDED\",\"started\":1735689600000,\"ended\":1735689600000,\"phases\":[{\"name\":\"noop\"}]}}}', ?1))",
    "insert into events (feed, execution, body) values (?1, ?1 / 5, printf('[{\"at\":1735689600000,\"type\":\"stage.started\",\"run\":%d},
     {\"at\":1735689600000,\"type\":\"stage.ended\",\"stage\":\"01JGFJJZ00KE5WG1CDQZ1C8Z1N\",\"status\":\"SUCCEEDED\"}]', ?1))",
];

impl Floor {
    /// A fresh database in `folder`.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn open(folder: &Path) -> Result<Floor> {
        let file = CString::new(folder.join("floor.db").to_string_lossy().into_owned())?;
        let mut floor = Floor { database: null_mut(), statements: Vec::new(), next: 1 };
        let flags = sqlite::SQLITE_OPEN_READWRITE | sqlite::SQLITE_OPEN_CREATE;
        // SAFETY: `file` outlives the call, and the handle is closed once, in `drop`.
        let code = unsafe { sqlite::sqlite3_open_v2(file.as_ptr(), &raw mut floor.database, flags, null()) };
        floor.expect(code, sqlite::SQLITE_OK)?;
        floor.execute(SCHEMA)?;
        for text in STATEMENTS {
            let text = CString::new(text)?;
            let mut statement = null_mut();
            // SAFETY: the database is open, `text` outlives the call, and the statement is finalized once, in `drop`.
            let code = unsafe {
                sqlite::sqlite3_prepare_v2(floor.database, text.as_ptr(), -1, &raw mut statement, null_mut())
            };
            floor.expect(code, sqlite::SQLITE_OK)?;
            floor.statements.push(statement);
        }
        Ok(floor)
    }

    /// Milliseconds of one commit of `transitions`, the median of `times`.
    ///
    /// # Errors
    /// SQLite's own.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub fn commit_of(&mut self, transitions: usize, times: usize) -> Result<f64> {
        let mut spans = super::figures::Spans::default();
        for _ in 0..times {
            let begun = Instant::now();
            self.execute("begin immediate")?;
            for _ in 0..transitions {
                self.transition()?;
            }
            self.execute("commit")?;
            spans.add(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(spans.median())
    }

    fn transition(&mut self) -> Result<()> {
        self.next += 1;
        for &statement in &self.statements {
            // SAFETY: the statement belongs to the open database, and its only parameter is a number.
            let code = unsafe {
                sqlite::sqlite3_bind_int64(statement, 1, self.next);
                let code = sqlite::sqlite3_step(statement);
                sqlite::sqlite3_reset(statement);
                code
            };
            self.expect(code, sqlite::SQLITE_DONE)?;
        }
        Ok(())
    }

    fn execute(&self, text: &str) -> Result<()> {
        let text = CString::new(text)?;
        // SAFETY: the database is open and `text` outlives the call.
        let code = unsafe { sqlite::sqlite3_exec(self.database, text.as_ptr(), None, null_mut(), null_mut()) };
        self.expect(code, sqlite::SQLITE_OK)
    }

    fn expect(&self, code: i32, wanted: i32) -> Result<()> {
        if code == wanted {
            return Ok(());
        }
        if self.database.is_null() {
            bail!("SQLite cannot be opened: code {code}");
        }
        // SAFETY: the handle is open; the text lives until the next call on it.
        let message = unsafe { CStr::from_ptr(sqlite::sqlite3_errmsg(self.database)) };
        Err(anyhow::anyhow!("{}", message.to_string_lossy())).with_context(|| format!("SQLite said {code}"))
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // SAFETY: each handle was made by `open` and is let go once; null handles are allowed.
        unsafe {
            self.statements.iter().for_each(|&statement| _ = sqlite::sqlite3_finalize(statement));
            sqlite::sqlite3_close(self.database);
        }
    }
}
