//! What this machine can do at all: rows committed by bare SQLite, `synchronous=FULL`, nothing else. Measured in the same run as what is
//! compared with it, because the disk of one hour is not that of another.
#![expect(unsafe_code, reason = "the floor is SQLite's C interface itself")]

use std::ffi::{CStr, CString};
use std::path::Path;
use std::ptr::{null, null_mut};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use libsqlite3_sys as sqlite;

/// Bare SQLite with three small tables, as one transition writes them: a row changed, a row laid over another, a row appended.
pub struct Floor {
    database: *mut sqlite::sqlite3,
    statements: Vec<*mut sqlite::sqlite3_stmt>,
    next: i64,
}

const SCHEMA: &str = "pragma journal_mode=wal; pragma synchronous=full;
    create table executions (id integer primary key, version integer not null, body text not null);
    create table stages (execution integer not null, ref integer not null, body text not null, primary key (execution, ref));
    create table events (feed integer primary key, execution integer not null, body text not null);
    insert into executions values (1, 0, '');";

const STATEMENTS: [&str; 3] = [
    "update executions set version = ?1, body = 'RUNNING' where id = 1",
    "insert into stages (execution, ref, body) values (1, ?1 % 40, '{\"status\":\"SUCCEEDED\",\"outputs\":{},\"phases\":[{\"name\":\"noop\"}]}')
     on conflict do update set body = excluded.body",
    "insert into events (feed, execution, body) values (?1, 1, '[{\"type\":\"stage.ended\",\"status\":\"SUCCEEDED\"}]')",
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
