//! SQLite's C interface, as far as the writer needs it: the only file of this crate with `unsafe`.
//!
//! The writer does not go through sqlx, because a round trip to a connection's thread for each statement, or parameters wrapped in
//! JSON to save round trips, cost more than the rows themselves (docs/decisions/0202-the-writer-speaks-to-sqlite-itself.md).
//! The library is the one that sqlx links.
#![expect(unsafe_code, reason = "calls into SQLite's C interface; every call says why it is sound")]

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::null_mut;

use libsqlite3_sys as ffi;

/// What SQLite says went wrong.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} (SQLite {code}, system {system})")]
pub(crate) struct SqliteError {
    /// The extended result code.
    pub(crate) code: i32,
    /// The system's error number, where there is one.
    pub(crate) system: i32,
    /// SQLite's sentence.
    pub(crate) message: String,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'v> {
    Null,
    Int(i64),
    Text(&'v str),
    Blob(&'v [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<domain::Timestamp> for Value<'_> {
    fn from(value: domain::Timestamp) -> Self {
        Value::Int(value.0)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(value: &'v str) -> Self {
        Value::Text(value)
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(value: &'v String) -> Self {
        Value::Text(value)
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(value: &'v [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Parameters in order, from whatever converts.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sqlite::Value::from($value)),*] };
}
pub(crate) use values;

/// A connection that belongs to one thread at a time; it keeps what it has prepared.
pub(crate) struct Connection {
    handle: *mut ffi::sqlite3,
    statements: HashMap<&'static str, Statement>,
    /// Pages in the write-ahead log after the last commit; SQLite's hook writes it.
    log_pages: Box<Cell<c_int>>,
}

// SAFETY: SQLite is built thread-safe, and a connection opened without mutexes may move between threads as long as one at a time
// uses it, which `&mut self` on every method and the missing `Sync` make sure.
unsafe impl Send for Connection {}

impl Connection {
    /// Opens the database for reading and writing.
    pub(crate) fn open(path: &Path, busy_timeout: std::time::Duration) -> Result<Connection, SqliteError> {
        let path = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|_| SqliteError {
            code: ffi::SQLITE_CANTOPEN,
            system: 0,
            message: "a path with a zero byte".into(),
        })?;
        let mut handle = null_mut();
        let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_NOMUTEX;
        // SAFETY: the path is a C string; the handle is written by the call, and closed by `drop` even if the call failed.
        let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &raw mut handle, flags, std::ptr::null()) };
        let connection = Connection { handle, statements: HashMap::new(), log_pages: Box::new(Cell::new(0)) };
        connection.check(code)?;
        let millis = c_int::try_from(busy_timeout.as_millis()).unwrap_or(c_int::MAX);
        let log_pages: *const Cell<c_int> = &raw const *connection.log_pages;
        // SAFETY: the handle is open; the cell is boxed, so it stays where it is, and lives longer than the handle.
        unsafe {
            ffi::sqlite3_busy_timeout(handle, millis);
            ffi::sqlite3_wal_hook(handle, Some(count_pages), log_pages.cast_mut().cast());
        }
        Ok(connection)
    }

    /// Pages in the write-ahead log after the last commit.
    pub(crate) fn log_pages(&self) -> u64 {
        u64::try_from(self.log_pages.get()).unwrap_or(0)
    }

    /// Runs a statement; says how many rows it changed.
    pub(crate) fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<usize, SqliteError> {
        self.query(sql, values, |_| ())?;
        // SAFETY: the handle is open.
        let changes = unsafe { ffi::sqlite3_changes(self.handle) };
        Ok(usize::try_from(changes).unwrap_or(0))
    }

    /// The first row of a query.
    pub(crate) fn first<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> T,
    ) -> Result<Option<T>, SqliteError> {
        Ok(self.query(sql, values, read)?.into_iter().next())
    }

    /// All rows of a query.
    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> T,
    ) -> Result<Vec<T>, SqliteError> {
        let handle = self.handle;
        let statement = self.prepared(sql)?;
        let mut rows = Vec::new();
        let code = statement.bind(values).and_then(|()| {
            loop {
                // SAFETY: the statement is prepared, and its parameters live until it is reset below.
                match unsafe { ffi::sqlite3_step(statement.0) } {
                    ffi::SQLITE_ROW => rows.push(read(&Row(statement))),
                    ffi::SQLITE_DONE => return Ok(()),
                    code => return Err(code),
                }
            }
        });
        let outcome = code.map_err(|code| error(handle, code));
        statement.reset();
        outcome.map(|()| rows)
    }

    fn prepared(&mut self, sql: &'static str) -> Result<&mut Statement, SqliteError> {
        let handle = self.handle;
        match self.statements.entry(sql) {
            Entry::Occupied(kept) => Ok(kept.into_mut()),
            Entry::Vacant(place) => {
                let mut statement = null_mut();
                let length = c_int::try_from(sql.len()).unwrap_or(c_int::MAX);
                let text = sql.as_ptr().cast::<c_char>();
                // SAFETY: the handle is open, the text has that length, and the statement is finalised before the handle is closed.
                let code = unsafe { ffi::sqlite3_prepare_v2(handle, text, length, &raw mut statement, null_mut()) };
                if code != ffi::SQLITE_OK {
                    return Err(error(handle, code));
                }
                Ok(place.insert(Statement(statement)))
            }
        }
    }

    fn check(&self, code: c_int) -> Result<(), SqliteError> {
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(error(self.handle, code)) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.statements.clear();
        // SAFETY: closed once, after all its statements.
        unsafe { ffi::sqlite3_close(self.handle) };
    }
}

unsafe extern "C" fn count_pages(cell: *mut c_void, _: *mut ffi::sqlite3, _: *const c_char, pages: c_int) -> c_int {
    // SAFETY: the pointer is the connection's boxed cell; the hook runs on the thread that commits, inside of `&mut Connection`.
    unsafe { (*cell.cast_const().cast::<Cell<c_int>>()).set(pages) };
    ffi::SQLITE_OK
}

fn error(handle: *mut ffi::sqlite3, code: c_int) -> SqliteError {
    if handle.is_null() {
        return SqliteError { code, system: 0, message: "no memory for a connection".into() };
    }
    // SAFETY: the handle is open; the message is a C string that holds until the next call on the handle.
    unsafe {
        let extended = ffi::sqlite3_extended_errcode(handle);
        let message = CStr::from_ptr(ffi::sqlite3_errmsg(handle)).to_string_lossy().into_owned();
        SqliteError {
            code: if extended & 0xff == code & 0xff { extended } else { code },
            system: ffi::sqlite3_system_errno(handle),
            message,
        }
    }
}

struct Statement(*mut ffi::sqlite3_stmt);

impl Statement {
    /// Binds without copying: [`Connection::query`] unbinds before the values go.
    fn bind(&mut self, values: &[Value<'_>]) -> Result<(), c_int> {
        for (index, value) in (1..).zip(values) {
            // SAFETY: the statement is prepared; texts and blobs stay where they are until they are unbound.
            let code = unsafe {
                match *value {
                    Value::Null => ffi::sqlite3_bind_null(self.0, index),
                    Value::Int(value) => ffi::sqlite3_bind_int64(self.0, index, value),
                    Value::Text(text) => ffi::sqlite3_bind_text64(
                        self.0,
                        index,
                        text.as_ptr().cast(),
                        text.len() as u64,
                        ffi::SQLITE_STATIC(),
                        ffi::SQLITE_UTF8 as u8,
                    ),
                    Value::Blob(bytes) => ffi::sqlite3_bind_blob64(
                        self.0,
                        index,
                        bytes.as_ptr().cast(),
                        bytes.len() as u64,
                        ffi::SQLITE_STATIC(),
                    ),
                }
            };
            if code != ffi::SQLITE_OK {
                return Err(code);
            }
        }
        Ok(())
    }

    fn reset(&mut self) {
        // SAFETY: the statement is prepared. What `reset` returns repeats the error of the last step.
        unsafe {
            ffi::sqlite3_reset(self.0);
            ffi::sqlite3_clear_bindings(self.0);
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: finalised once, while its connection is open.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}

/// The current row of a query.
pub(crate) struct Row<'s>(&'s Statement);

impl Row<'_> {
    /// A column as a number; 0 where it is null.
    pub(crate) fn int(&self, column: i32) -> i64 {
        // SAFETY: the statement stands on a row; a column out of range reads as null.
        unsafe { ffi::sqlite3_column_int64(self.0.0, column) }
    }

    /// A column as text; absent where it is null.
    pub(crate) fn text(&self, column: i32) -> Option<String> {
        // SAFETY: as above; the bytes hold until the next step, and are copied before.
        unsafe {
            let text = ffi::sqlite3_column_text(self.0.0, column);
            if text.is_null() {
                return None;
            }
            let length = usize::try_from(ffi::sqlite3_column_bytes(self.0.0, column)).unwrap_or(0);
            Some(String::from_utf8_lossy(std::slice::from_raw_parts(text, length)).into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        std::fs::write(&path, b"").expect("a file");
        let mut connection = Connection::open(&path, Duration::ZERO).expect("open");
        connection.run("create table t (i integer, t text, b blob, n text)", &[]).expect("create");
        let text = "quote ' zero \0 中文 🦀".to_owned();
        let values = values![i64::MIN, &text, b"\0\xff".as_slice(), None::<&str>];
        assert_eq!(connection.run("insert into t values (?1, ?2, ?3, ?4)", values).expect("insert"), 1);
        let read = |row: &Row<'_>| (row.int(0), row.text(1), row.int(2), row.text(3));
        let rows = connection.query("select i, t, length(b), n from t", &[], read).expect("select");
        assert_eq!(rows, [(i64::MIN, Some(text), 2, None)]);
        let failed = connection.run("insert into nowhere values (1)", &[]).expect_err("no such table");
        assert!(failed.message.contains("nowhere"), "{failed}");
    }
}
