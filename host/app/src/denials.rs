//! What plugins wanted of the capabilities and were not given: rows of the audit log, few enough that a plugin in a loop cannot flood it.
//!
//! For each component and execution, each of the first ten different denials is a row at once; the same again, and others, are counted
//! and told once a minute.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use capabilities::{Denial, Denials};
use domain::audit::AuditEntry;
use domain::principal::Principal;
use domain::{Params, Timestamp};
use store::{OperationFilter, Write};
use tokio::sync::mpsc;

use crate::App;

/// Milliseconds for which the same denial is counted instead of told.
const WINDOW: i64 = 60_000;
/// Different denials of one component in one execution that get rows of their own in a window.
const DIFFERENT: usize = 10;
/// Windows that are kept apart; the denials of any more share one.
const WINDOWS: usize = 1_000;
/// Denials that may wait to be recorded; any more are only counted.
const WAITING: usize = 1_024;
/// Operations of an execution among which the one denied is looked for.
const LOOKED_AT: u32 = 1_000;

/// What capabilities are told to tell.
pub struct Told {
    sender: mpsc::Sender<Denial>,
    lost: Arc<AtomicU64>,
}

/// What [`App::record_denials`] takes.
pub struct Heard {
    receiver: mpsc::Receiver<Denial>,
    lost: Arc<AtomicU64>,
}

/// The way from the capabilities, which are made before there is an [`App`], to the audit log.
#[must_use]
pub fn channel() -> (Told, Heard) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let lost = Arc::new(AtomicU64::new(0));
    (Told { sender, lost: Arc::clone(&lost) }, Heard { receiver, lost })
}

impl Denials for Told {
    fn denied(&self, denial: Denial) {
        if self.sender.try_send(denial).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A row to be written: a denial, and how often it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    denial: Denial,
    times: u64,
}

/// What has been told in this minute.
#[derive(Default)]
struct Tally {
    windows: BTreeMap<(String, String), Window>,
}

struct Window {
    ends: Timestamp,
    seen: Vec<Row>,
    others: Option<Row>,
}

impl Tally {
    /// Notes a denial; returns it where it is a row of its own.
    fn note(&mut self, denial: Denial, now: Timestamp) -> Option<Row> {
        let mut key = (denial.digest.clone(), denial.execution.clone());
        if !self.windows.contains_key(&key) && self.windows.len() >= WINDOWS {
            key = (String::new(), String::new());
        }
        let window = self.windows.entry(key).or_insert_with(|| Window {
            ends: now.plus(WINDOW),
            seen: Vec::new(),
            others: None,
        });
        let same = |row: &&mut Row| row.denial.code == denial.code && row.denial.wanted == denial.wanted;
        if let Some(row) = window.seen.iter_mut().find(same) {
            row.times += 1;
            return None;
        }
        if window.seen.len() < DIFFERENT {
            window.seen.push(Row { denial: denial.clone(), times: 0 });
            return Some(Row { denial, times: 1 });
        }
        window.others.get_or_insert(Row { denial, times: 0 }).times += 1;
        None
    }

    /// When the earliest window ends.
    fn next(&self) -> Option<Timestamp> {
        self.windows.values().map(|window| window.ends).min()
    }

    /// Closes windows that are over; returns what was only counted in them.
    fn close(&mut self, now: Timestamp) -> Vec<Row> {
        let mut rows = Vec::new();
        self.windows.retain(|_, window| {
            if window.ends > now {
                return true;
            }
            rows.extend(window.seen.drain(..).chain(window.others.take()).filter(|row| row.times > 0));
            false
        });
        rows
    }
}

impl App {
    /// Writes what it hears to the audit log, until nobody can tell any more. It keeps nothing of this server alive. What was counted in
    /// the last minute before a stop is lost; its first row is not.
    pub fn record_denials(&self, mut heard: Heard) -> impl Future<Output = ()> + Send + 'static {
        let (inner, environment) = (Arc::downgrade(&self.inner), Arc::clone(&self.inner.environment));
        async move {
            let mut tally = Tally::default();
            loop {
                let due = tally.next();
                let rows = tokio::select! {
                    denial = heard.receiver.recv() => match denial {
                        Some(denial) => tally.note(denial, environment.now()).into_iter().collect(),
                        None => return,
                    },
                    () = environment.sleep_until(due.unwrap_or(Timestamp::NEVER)), if due.is_some() => tally.close(environment.now()),
                };
                let Some(inner) = inner.upgrade() else { return };
                let app = App { inner };
                let lost = heard.lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    tracing::warn!(lost, "plugins were denied more than could be recorded");
                }
                for row in rows {
                    app.record_denial(row).await;
                }
            }
        }
    }

    async fn record_denial(&self, row: Row) {
        let Row { denial, times } = row;
        let who = self.denied_principal(&denial).await.unwrap_or_else(|| Principal::system().name);
        let Denial { plugin, digest, application, execution, key, code, wanted } = denial;
        tracing::warn!(%plugin, %digest, %application, %execution, %code, %wanted, times, "a plugin was denied");
        let details = serde_json::json!({
            "digest": digest, "code": code, "wanted": wanted, "times": times,
            "application": application, "execution": execution, "operation": key,
        });
        let entry = AuditEntry {
            at: self.inner.environment.now(),
            who,
            action: "plugin.denied".to_owned(),
            subject: format!("plugin/{plugin}"),
            allowed: false,
            details: Params::new(details),
        };
        if let Err(error) = self.inner.store.write(vec![Write::Audit(entry)]).await {
            tracing::error!(%error, "a denial could not be recorded");
        }
    }

    /// Who the run acts as that was denied something: its operation's principal, else its execution's.
    async fn denied_principal(&self, denial: &Denial) -> Option<String> {
        if denial.execution.is_empty() {
            return None;
        }
        let id = denial.execution.as_str().into();
        if !denial.key.is_empty() {
            let filter = OperationFilter { execution: Some(id), ..OperationFilter::default() };
            let page = self.inner.store.operations().list(&filter, None, LOOKED_AT).await.ok()?;
            let found = page.items.into_iter().find(|operation| operation.key.idempotency_key() == denial.key);
            return found.map(|operation| operation.principal);
        }
        let stored = self.inner.store.executions().get(&id).await.ok()?;
        stored.map(|stored| stored.execution.principal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(digest: &str, wanted: &str) -> Denial {
        Denial {
            plugin: "loop".into(),
            digest: digest.into(),
            application: "demo".into(),
            execution: "one".into(),
            key: String::new(),
            code: "grant.http-host".into(),
            wanted: wanted.into(),
        }
    }

    #[test]
    fn the_same_again_is_counted_and_told_once() {
        let mut tally = Tally::default();
        assert_eq!(tally.note(denial("d", "a"), Timestamp(0)).map(|row| row.times), Some(1));
        for _ in 0..1_000 {
            assert_eq!(tally.note(denial("d", "a"), Timestamp(5)), None);
        }
        assert_eq!(tally.next(), Some(Timestamp(WINDOW)));
        assert_eq!(tally.close(Timestamp(WINDOW - 1)), []);
        assert_eq!(tally.close(Timestamp(WINDOW)), [Row { denial: denial("d", "a"), times: 1_000 }]);
        assert!(tally.note(denial("d", "a"), Timestamp(WINDOW)).is_some(), "a new minute");
    }

    #[test]
    fn a_loop_that_varies_what_it_wants_is_bounded_and_hides_nobody_else() {
        let mut tally = Tally::default();
        let told = (0..500).filter_map(|number| tally.note(denial("d", &number.to_string()), Timestamp(0))).count();
        assert_eq!(told, DIFFERENT);
        assert!(tally.note(denial("other", "a"), Timestamp(0)).is_some());
        let rows = tally.close(Timestamp(WINDOW));
        assert_eq!(rows.iter().map(|row| row.times).collect::<Vec<u64>>(), [490], "{rows:?}");
        for number in 0..3_000 {
            let _told = tally.note(denial(&number.to_string(), "a"), Timestamp(0));
        }
        assert!(tally.windows.len() <= WINDOWS + 1);
    }
}
