//! Driving one execution: load, take in facts, decide, step, answer reads, until nothing is left; commit once; perform.

use std::sync::Arc;

use domain::Timestamp;
use domain::execution::{ExecutionState, Fact};
use domain::id::ExecutionId;
use scheduler::{decide, hold, receive, settle};
use store::{DriveCommit, DriveOutcome};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::actors::{Claim, Left, Mail, News, Told};
use crate::core::Core;
use crate::gathered::Gathered;
use crate::seat::Seat;
use crate::trouble::Trouble;
use crate::{evaluate, orders, perform, quarantine, step};

/// A place among those that compute. Given up while a drive waits for a read or a commit.
pub(crate) struct Worker {
    place: Option<OwnedSemaphorePermit>,
    places: Arc<Semaphore>,
}

impl Worker {
    pub(crate) fn new(place: OwnedSemaphorePermit, places: &Arc<Semaphore>) -> Worker {
        Worker { place: Some(place), places: places.clone() }
    }

    /// Lets somebody else compute.
    pub(crate) fn rest(&mut self) {
        self.place = None;
    }

    /// Goes on once there is a place.
    pub(crate) async fn resume(&mut self) {
        if self.place.is_none() {
            // The semaphore is never closed.
            self.place = self.places.clone().acquire_owned().await.ok();
        }
    }
}

/// Drives a claimed execution once and gives it back.
pub(crate) async fn drive(core: Arc<Core>, claim: Claim, mut worker: Worker) {
    core.counters.drives.one();
    let Claim { id, seat, mail } = claim;
    let mut guard = Guard { core: &core, id: &id, untold: mail.told.clone(), done: false };
    let left = match attempt(&core, &mut worker, &id, seat, mail).await {
        Ok(Some(left)) => left,
        Ok(None) => {
            core.counters.stale.one();
            Left { untold: std::mem::take(&mut guard.untold), again: true, seat: None }
        }
        Err(trouble) => {
            if !trouble.is_shutdown() {
                core.counters.store_errors.one();
                tracing::warn!(execution = %id, error = %trouble, "the execution could not be driven; it is tried again");
                core.timers.set(&id, None, Some(core.now().plus(trouble.retry_after())));
            }
            Left { untold: std::mem::take(&mut guard.untold), ..Left::default() }
        }
    };
    guard.done = true;
    core.actors.release(&id, left);
}

/// Gives an execution back even when a fault of ours makes its drive panic: that must cost a moment of one execution, not the server.
struct Guard<'d> {
    core: &'d Arc<Core>,
    id: &'d ExecutionId,
    untold: Vec<Told>,
    done: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.done {
            tracing::error!(execution = %self.id, "the drive of this execution ended in a panic; it is driven again");
            self.core.timers.set(self.id, None, Some(self.core.now().plus(1_000)));
            let untold = std::mem::take(&mut self.untold);
            self.core.actors.release(self.id, Left { untold, ..Left::default() });
        }
    }
}

/// One drive; absent when the execution had moved and nothing was written.
async fn attempt(
    core: &Arc<Core>,
    worker: &mut Worker,
    id: &ExecutionId,
    seat: Option<Box<Seat>>,
    mail: Mail,
) -> Result<Option<Left>, Trouble> {
    let Some((mut seat, inbox)) = sit(core, id, seat, &mail).await? else { return Ok(Some(Left::default())) };
    let mut gathered = Gathered { inbox_seen: seat.inbox_seen, ..Gathered::default() };
    gathered.was_ended = matches!(seat.view.execution.state, ExecutionState::Ended { .. });
    hear(core, &mut seat, &mut gathered, inbox, mail.told);
    let more = run(core, worker, &mut seat, &mut gathered).await?;
    worker.rest();
    let operations = gathered.operations.clone();
    let Some(commit) = gathered.commit(&mut seat, more, core.now()) else {
        return Ok(Some(leave(core, seat, more)));
    };
    let settled = Settled::of(&commit);
    core.performing.reserve(&operations);
    let outcome = core.app.store().drive(commit).await;
    // Children, and executions that wait for this one's end, are woken by the store.
    let (version, due_again) = match outcome {
        Ok(DriveOutcome::Committed { version, due_again, .. }) => (version, due_again),
        Ok(DriveOutcome::Stale) => {
            core.performing.forget(operations.iter().map(|operation| &operation.key));
            return Ok(None);
        }
        Err(error) => {
            core.performing.forget(operations.iter().map(|operation| &operation.key));
            return Err(error.into());
        }
    };
    core.counters.commits.one();
    seat.version = version;
    seat.inbox_seen = settled.inbox_seen;
    if due_again {
        core.actors.tell(id, None, News::Moved);
    }
    settled.follow_up(core, &seat);
    for operation in operations {
        perform::begin(core, operation, perform::Start::Ordered(seat.catalog.clone()));
    }
    Ok(Some(leave(core, seat, more)))
}

/// The execution's seat, up to date with the store, and the facts of its inbox.
async fn sit(
    core: &Arc<Core>,
    id: &ExecutionId,
    seat: Option<Box<Seat>>,
    mail: &Mail,
) -> Result<Option<(Box<Seat>, Vec<(i64, Fact)>)>, Trouble> {
    match (seat, &mail.admitted) {
        (Some(seat), _) if !mail.moved => return Ok(Some((seat, Vec::new()))),
        (None, Some(new)) if !mail.moved => {
            return Ok(Some((Box::new(Seat::admitted(&core.app, new).await?), Vec::new())));
        }
        _ => {}
    }
    core.counters.loads.one();
    let Some((seat, inbox)) = Seat::load(&core.app, id).await? else {
        tracing::warn!(execution = %id, "an execution that does not exist was woken");
        return Ok(None);
    };
    Ok(Some((Box::new(seat), inbox)))
}

/// Takes in what has arrived: first what has a row, in its order, then what only this process knows.
fn hear(core: &Core, seat: &mut Seat, gathered: &mut Gathered, inbox: Vec<(i64, Fact)>, told: Vec<Told>) {
    let now = core.now();
    for (number, fact) in inbox {
        receive(&mut seat.view, fact, now);
        gathered.inbox_seen = gathered.inbox_seen.max(number);
    }
    for Told { fact, ends } in told {
        if let (Some(key), Fact::Answered { outcome, .. }) = (ends, &fact) {
            gathered.outcomes.push((key, outcome.clone(), now));
        }
        receive(&mut seat.view, fact, now);
    }
}

/// Decides and steps as far as it goes in memory. True when it stopped although something is left: an effect is due, or the drive has
/// had its share of time.
async fn run(core: &Arc<Core>, worker: &mut Worker, seat: &mut Seat, gathered: &mut Gathered) -> Result<bool, Trouble> {
    let begun = core.now();
    let mut steps = 0;
    let mut lost = core.reads.lost(seat);
    loop {
        let now = core.now();
        seat.fill_timeouts();
        let due = decide(&mut seat.view, now);
        if quarantine::let_go(core, seat, now) {
            continue;
        }
        let lost = std::mem::take(&mut lost);
        let answered = orders::place(core, worker, seat, gathered, lost, now).await?;
        if due.is_empty() && !answered {
            return Ok(false);
        }
        let spent = steps >= core.config.drive_steps || now.since(begun) >= core.config.drive_millis;
        if spent || !gathered.operations.is_empty() {
            return Ok(true);
        }
        for position in due {
            evaluate::prepare(core, worker, seat, position, now).await;
            if !seat.view.stages[position].running().is_some_and(|run| run.due) {
                continue; // `stageEnabled` has left it out
            }
            if scheduler::await_window(&mut seat.view, position, now) {
                continue; // its execution window comes first
            }
            match step::step(core, seat, position, now).await {
                Ok(outcome) => settle(&mut seat.view, position, outcome, now),
                Err(step::Held(reason)) => hold(&mut seat.view, position, reason, now),
            }
            steps += 1;
            tokio::task::consume_budget().await;
        }
    }
}

/// What follows from a commit beside its operations and children.
struct Settled {
    inbox_seen: i64,
    ended: bool,
    outcomes: Vec<domain::operation::OperationKey>,
    cancelling: Vec<domain::operation::OperationKey>,
}

impl Settled {
    fn of(commit: &DriveCommit) -> Settled {
        Settled {
            inbox_seen: commit.inbox_seen,
            ended: commit.report.is_some(),
            outcomes: commit.outcomes.iter().map(|(key, ..)| key.clone()).collect(),
            cancelling: commit.cancelling.clone(),
        }
    }

    fn follow_up(self, core: &Arc<Core>, seat: &Seat) {
        core.performing.forget(&self.outcomes);
        for key in &self.cancelling {
            core.performing.cancel(key);
        }
        if self.ended {
            core.counters.ended.one();
            tracing::debug!(execution = %seat.view.execution.id, "ended");
        }
    }
}

/// How an execution is left: its due time is set, and its view stays warm if it is likely to be driven soon.
fn leave(core: &Arc<Core>, seat: Box<Seat>, more: bool) -> Left {
    let execution = &seat.view.execution;
    let ended = matches!(execution.state, ExecutionState::Ended { .. });
    let due: Option<Timestamp> = if ended || more { None } else { seat.view.due() };
    core.timers.set(&execution.id, Some(&execution.application), due);
    let more = quarantine::remember(core, &seat) || more;
    let keep = !ended && (more || seat.expects_soon(core.now()));
    Left { seat: keep.then_some(seat), untold: Vec::new(), again: more && !ended }
}
