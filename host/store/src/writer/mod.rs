//! The one writer: units queue up, and while one transaction commits, the next group forms.
//!
//! It is a thread of its own, because SQLite blocks: a commit waits for the disk. A unit that may not be written is left out, and the
//! others commit without it. Nobody is answered, and nothing published, before the commit is durable.

mod announce;
mod checkpoint;
mod drive;
mod facts;
mod group;
mod single;
mod slots;
mod triggers;
mod tx;
mod unit;

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use domain::environment::Environment;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::config::{Fatal, StoreConfig};
use crate::simulation::Simulation;
use crate::sqlite::{Connection, SqliteError};
use crate::write::WriteError;
use announce::News;
use group::{Failed, Outcome};
use tx::Counters;

pub(crate) use announce::Announcer;
pub(crate) use checkpoint::Checkpointer;
pub(crate) use unit::Unit;

/// How long the writer waits for those whom it has just answered: they are about to submit again, and one of them alone would make a
/// commit of its own. Ends as soon as nobody comes; never waited by a lone writer.
const REGROUP: Duration = Duration::from_micros(40);

/// What is sent to the writer.
pub(crate) enum Order {
    /// Commit a unit.
    Commit(Unit, Reply),
    /// Finish what came before, and end.
    Close(oneshot::Sender<()>),
}

/// What became of a unit: of a drive, also whether it passed. The unit comes back, so that it is the submitter who frees it.
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    _unit: Unit,
}

type Reply = oneshot::Sender<Answer>;

struct Submitted {
    unit: Unit,
    reply: Reply,
}

impl Submitted {
    /// That nobody waits for the answer any more is not an error: the caller was dropped.
    fn answer(self, outcome: Outcome) {
        let _nobody_waits = self.reply.send(Answer { outcome, _unit: self.unit });
    }
}

/// The writer, before its thread begins.
pub(crate) struct Writer {
    connection: Connection,
    counters: Counters,
    checkpointer: Arc<Checkpointer>,
    environment: Arc<dyn Environment>,
    fatal: Fatal,
    group_units: usize,
    group_bytes: usize,
    news: mpsc::UnboundedSender<News>,
    /// Held as long as anything may be written.
    _lock: Arc<File>,
}

/// Why no more is written: the disk cannot be trusted.
struct Stopped;

/// What has come and is not written yet.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Submitted>,
    closing: Vec<oneshot::Sender<()>>,
}

impl Queue {
    fn take(&mut self, order: Order) {
        match order {
            Order::Commit(unit, reply) => self.waiting.push_back(Submitted { unit, reply }),
            Order::Close(reply) => self.closing.push(reply),
        }
    }

    fn receive(&mut self, orders: &Receiver<Order>) {
        while self.closing.is_empty()
            && let Ok(order) = orders.try_recv()
        {
            self.take(order);
        }
    }

    /// Takes what is there. With several in the last group, waits for half as many again, as long as they keep coming.
    fn gather(&mut self, orders: &Receiver<Order>, last: usize) {
        let mut before = 0;
        self.receive(orders);
        while self.closing.is_empty() && self.waiting.len() < last / 2 && self.waiting.len() > before {
            before = self.waiting.len();
            std::thread::park_timeout(REGROUP);
            self.receive(orders);
        }
    }
}

impl Writer {
    /// Counts on from what the database holds.
    pub(crate) fn new(
        mut connection: Connection,
        config: &StoreConfig,
        environment: Arc<dyn Environment>,
        checkpointer: Arc<Checkpointer>,
        announcer: Announcer,
        lock: Arc<File>,
    ) -> Result<Writer, SqliteError> {
        let counters = connection.first(
            "select (select coalesce(max(feed), 0) from events), (select coalesce(max(number), 0) from executions),
              (select coalesce(max(number), 0) from trigger_events)",
            &[],
            |row| Counters { feed: row.int(0) + 1, execution: row.int(1) + 1, heard: row.int(2) + 1 },
        )?;
        let counters = counters.unwrap_or(Counters { feed: 1, execution: 1, heard: 1 });
        let (news, heard) = mpsc::unbounded_channel();
        environment.spawn(Box::pin(announcer.run(heard)));
        Ok(Writer {
            connection,
            counters,
            checkpointer,
            environment,
            fatal: config.on_fatal.clone().unwrap_or_else(|| Arc::new(end_process)),
            group_units: config.group_units.max(1),
            group_bytes: config.group_bytes,
            news,
            _lock: lock,
        })
    }

    /// Writes until it is told to close, until nobody can submit any more, or until the disk cannot be trusted.
    pub(crate) fn run(mut self, orders: Receiver<Order>) {
        let mut queue = Queue::default();
        let mut stopped = None;
        let mut last = 0;
        while stopped.is_none() {
            if queue.waiting.is_empty() && queue.closing.is_empty() {
                match orders.recv() {
                    Ok(order) => queue.take(order),
                    Err(_) => break,
                }
            }
            queue.gather(&orders, last);
            if queue.waiting.is_empty() {
                break;
            }
            let group = self.form(&mut queue.waiting);
            last = group.len();
            stopped = self.settle(group).err();
        }
        self.end(queue, orders, stopped.is_none());
    }

    /// As [`Writer::run`], as a task of the environment: what has been ordered when its turn comes is written in that turn.
    pub(crate) async fn run_in_turns(
        mut self,
        orders: Receiver<Order>,
        ordered: Arc<Notify>,
        simulation: Arc<dyn Simulation>,
    ) {
        let mut queue = Queue::default();
        let mut trusted = true;
        while trusted && queue.closing.is_empty() {
            ordered.notified().await;
            queue.receive(&orders);
            while trusted && !queue.waiting.is_empty() {
                let group = self.form(&mut queue.waiting);
                trusted = self.settle(group).is_ok();
                simulation.settled();
            }
        }
        self.end(queue, orders, trusted);
    }

    fn end(mut self, mut queue: Queue, orders: Receiver<Order>, trusted: bool) {
        while let Ok(order) = orders.try_recv() {
            queue.take(order);
        }
        drop(orders);
        self.settled(queue.waiting.into_iter().map(|submitted| (submitted, Err(WriteError::Closed))));
        self.checkpointer.end();
        if trusted {
            checkpoint::empty(&mut self.connection);
        }
        let news = self.news.clone();
        drop(self);
        let _nobody_waits = news.send(News::Closed(queue.closing));
    }

    /// Has everybody of `answers` told, with nothing to publish.
    fn settled(&self, answers: impl Iterator<Item = (Submitted, Outcome)>) {
        let _no_runtime = self.news.send(News::Settled { told: None, answers: answers.collect() });
    }

    /// Takes the next group from the front, bounded in units and bytes.
    fn form(&self, waiting: &mut VecDeque<Submitted>) -> Vec<Submitted> {
        let mut bytes = 0;
        let mut count = 0;
        for submitted in waiting.iter().take(self.group_units) {
            bytes += submitted.unit.bytes();
            if count > 0 && bytes > self.group_bytes {
                break;
            }
            count += 1;
        }
        waiting.drain(..count).collect()
    }

    /// Commits what can be, and answers everybody.
    fn settle(&mut self, mut group: Vec<Submitted>) -> Result<(), Stopped> {
        while !group.is_empty() {
            self.checkpointer.finish(&mut self.connection);
            let units = group.iter().map(|submitted| &submitted.unit);
            match group::attempt(&mut self.connection, self.environment.now(), self.counters, units) {
                Ok((outcomes, told)) => {
                    self.counters = told.counters;
                    let answers = group.drain(..).zip(outcomes).collect();
                    let _no_runtime = self.news.send(News::Settled { told: Some(told), answers });
                    self.checkpointer.note(self.connection.log_pages());
                }
                Err(Failed::Culprit(index, error)) => {
                    // It wrote something before it was refused: everything was rolled back, and the others go again.
                    let culprit = group.get(index).is_some().then(|| group.remove(index));
                    self.settled(culprit.into_iter().map(|submitted| (submitted, Err(error.clone()))));
                }
                Err(Failed::All(error)) => {
                    tracing::error!(%error, units = group.len(), "nothing could be written");
                    self.settled(group.drain(..).map(|submitted| (submitted, Err(error.clone()))));
                }
                Err(Failed::Fatal(reason)) => {
                    (self.fatal)(&reason);
                    let error = WriteError::Database(reason);
                    self.settled(group.drain(..).map(|submitted| (submitted, Err(error.clone()))));
                    return Err(Stopped);
                }
            }
        }
        Ok(())
    }
}

fn end_process(reason: &str) {
    tracing::error!(reason, "the disk does not keep what it was given: ending before anything is built on it");
    std::process::exit(70);
}
