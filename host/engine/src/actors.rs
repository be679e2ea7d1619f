//! Executions in memory, each an actor: what was told to it, whether it is ready or driven, and its view while that is warm.
//!
//! ```text
//! (absent) --tell--> Ready --claim--> Driven --release--> Idle | Ready (told meanwhile) | (absent)
//! Idle --tell--> Ready          Idle --evicted--> (absent)
//! ```
//! An execution is never driven twice at once: only `claim` makes it driven, and only from `Ready`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::execution::Fact;
use domain::id::{ApplicationName, ExecutionId};
use domain::operation::OperationKey;
use rustc_hash::FxHashMap;
use store::NewExecution;
use tokio::sync::Notify;

use crate::lanes::Lanes;
use crate::seat::Seat;

/// A fact that this process learned and that has no row: it is in the next commit, or is learned again after a crash.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The fact.
    pub fact: Fact,
    /// The operation whose end it is: written by the commit that takes the fact in.
    pub ends: Option<OperationKey>,
}

/// What has arrived since the last drive.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// It was just admitted: no load is needed.
    pub admitted: Option<Arc<NewExecution>>,
    /// Its inbox or its control moved: what is warm is behind.
    pub moved: bool,
    /// Facts without a row.
    pub told: Vec<Told>,
}

/// One thing that arrives.
#[derive(Debug)]
pub(crate) enum News {
    /// It was admitted.
    Admitted(Arc<NewExecution>),
    /// Its inbox or its control moved.
    Moved,
    /// It is due.
    Due,
    /// A fact without a row.
    Told(Told),
}

/// An execution to be driven, with everything that is known of it.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Which.
    pub id: ExecutionId,
    /// Its view, if that is warm.
    pub seat: Option<Box<Seat>>,
    /// What has arrived.
    pub mail: Mail,
}

/// How a drive leaves an execution.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Its view, to be kept warm.
    pub seat: Option<Box<Seat>>,
    /// Facts that were not committed.
    pub untold: Vec<Told>,
    /// It is to be driven again at once.
    pub again: bool,
}

/// All executions in memory.
pub(crate) struct Actors {
    state: Mutex<State>,
    ready: Notify,
    quiet: Notify,
}

struct State {
    actors: FxHashMap<ExecutionId, Actor>,
    busy: usize,
    lanes: Lanes,
    warm: Warm,
}

#[derive(Default)]
struct Actor {
    application: Option<ApplicationName>,
    phase: Phase,
    mail: Mail,
    seat: Option<(u64, Box<Seat>)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Ready,
    Driven {
        again: bool,
    },
}

/// Which views are warm, least recently driven first, bounded by the stages in them.
struct Warm {
    order: BTreeMap<u64, ExecutionId>,
    next: u64,
    stages: usize,
    bound: usize,
}

impl Actors {
    /// Keeps views of at most `warm_stages` stages.
    pub(crate) fn new(warm_stages: usize) -> Actors {
        let warm = Warm { order: BTreeMap::new(), next: 0, stages: 0, bound: warm_stages };
        let state = State { actors: FxHashMap::default(), busy: 0, lanes: Lanes::default(), warm };
        Actors { state: Mutex::new(state), ready: Notify::new(), quiet: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells an execution something; it is driven soon. `application` chooses its lane, where it is known.
    pub(crate) fn tell(&self, id: &ExecutionId, application: Option<&ApplicationName>, news: News) {
        let mut state = self.state();
        let state = &mut *state;
        let actor = state.actors.entry(id.clone()).or_default();
        if actor.application.is_none() {
            actor.application = application.cloned();
        }
        match news {
            News::Admitted(new) => {
                actor.application.get_or_insert_with(|| new.execution.application.clone());
                actor.mail.admitted = Some(new);
            }
            News::Moved => actor.mail.moved = true,
            News::Due => {}
            News::Told(told) => actor.mail.told.push(told),
        }
        match &mut actor.phase {
            Phase::Ready => return,
            Phase::Driven { again } => {
                *again = true;
                return;
            }
            Phase::Idle => actor.phase = Phase::Ready,
        }
        state.busy += 1;
        state.lanes.push(actor.application.as_ref(), id.clone());
        self.ready.notify_one();
    }

    /// Resolves when somebody is ready.
    pub(crate) async fn ready(&self) {
        while self.state().lanes.is_empty() {
            self.ready.notified().await;
        }
    }

    /// Resolves when nobody is ready or driven.
    pub(crate) async fn quiet(&self) {
        loop {
            let quiet = self.quiet.notified();
            if self.state().busy == 0 {
                return;
            }
            quiet.await;
        }
    }

    /// Takes the next execution to be driven.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let mut state = self.state();
        let state = &mut *state;
        let id = state.lanes.pop()?;
        let actor = state.actors.get_mut(&id)?;
        actor.phase = Phase::Driven { again: false };
        let seat = actor.seat.take().map(|(turn, seat)| {
            state.warm.drop(turn, &seat);
            seat
        });
        Some(Claim { id, seat, mail: std::mem::take(&mut actor.mail) })
    }

    /// Gives an execution back.
    pub(crate) fn release(&self, id: &ExecutionId, left: Left) {
        let mut state = self.state();
        let state = &mut *state;
        let Some(actor) = state.actors.get_mut(id) else { return };
        let told_meanwhile = actor.phase == (Phase::Driven { again: true });
        actor.mail.told.splice(..0, left.untold);
        if let Some(seat) = left.seat {
            actor.application.get_or_insert_with(|| seat.view.execution.application.clone());
            actor.seat = Some((state.warm.keep(id, &seat), seat));
        }
        if told_meanwhile || left.again {
            actor.phase = Phase::Ready;
            state.lanes.push(actor.application.as_ref(), id.clone());
            self.ready.notify_one();
        } else {
            actor.phase = Phase::Idle;
            state.busy -= 1;
            if state.busy == 0 {
                self.quiet.notify_waiters();
            }
            if actor.seat.is_none() && actor.mail.told.is_empty() {
                state.actors.remove(id);
            }
        }
        state.evict();
    }

    /// Whether an execution is ready, driven, or keeps facts for its next drive.
    pub(crate) fn is_busy(&self, id: &ExecutionId) -> bool {
        self.state().actors.get(id).is_some_and(|actor| actor.phase != Phase::Idle || !actor.mail.told.is_empty())
    }

    /// How many executions are in memory.
    pub(crate) fn len(&self) -> usize {
        self.state().actors.len()
    }
}

impl State {
    fn evict(&mut self) {
        while self.warm.stages > self.warm.bound {
            let Some((turn, id)) = self.warm.order.pop_first() else { return };
            let Some(actor) = self.actors.get_mut(&id) else { continue };
            if let Some((_, seat)) = actor.seat.take_if(|(kept, _)| *kept == turn) {
                self.warm.stages = self.warm.stages.saturating_sub(seat.weight());
            }
            if actor.phase == Phase::Idle && actor.mail.told.is_empty() {
                self.actors.remove(&id);
            }
        }
    }
}

impl Warm {
    fn keep(&mut self, id: &ExecutionId, seat: &Seat) -> u64 {
        self.next += 1;
        self.order.insert(self.next, id.clone());
        self.stages += seat.weight();
        self.next
    }

    fn drop(&mut self, turn: u64, seat: &Seat) {
        self.order.remove(&turn);
        self.stages = self.stages.saturating_sub(seat.weight());
    }
}

#[cfg(test)]
mod tests {
    use domain::Params;
    use domain::id::{Label, StageId};

    use super::*;

    fn told(label: &str) -> Told {
        let stage = StageId::from("stage");
        let fact = Fact::Answered { stage, run: 1, label: Label::from(label), by: None, outcome: Ok(Params::null()) };
        Told { fact, ends: None }
    }

    fn labels(told: &[Told]) -> Vec<String> {
        let label = |told: &Told| match &told.fact {
            Fact::Answered { label, .. } => label.to_string(),
            other => format!("{other:?}"),
        };
        told.iter().map(label).collect()
    }

    #[test]
    fn an_execution_is_never_driven_twice_at_once() {
        let actors = Actors::new(10);
        let id = ExecutionId::from("one");
        actors.tell(&id, None, News::Moved);
        actors.tell(&id, None, News::Due);
        assert!(actors.claim().expect("it is ready").mail.moved);
        actors.tell(&id, None, News::Told(told("a")));
        assert!(actors.claim().is_none(), "it is driven");
        actors.release(&id, Left::default());
        let again = actors.claim().expect("it was told something meanwhile");
        assert_eq!(labels(&again.mail.told), ["a"]);
        actors.release(&id, Left::default());
        assert!(actors.claim().is_none());
        assert_eq!(actors.len(), 0, "nothing is kept of what merely waits");
    }

    #[test]
    fn facts_that_were_not_committed_come_first_the_next_time() {
        let actors = Actors::new(10);
        let id = ExecutionId::from("one");
        actors.tell(&id, None, News::Told(told("a")));
        let claim = actors.claim().expect("it is ready");
        actors.tell(&id, None, News::Told(told("b")));
        actors.release(&id, Left { untold: claim.mail.told, again: true, seat: None });
        assert_eq!(labels(&actors.claim().expect("it is ready again").mail.told), ["a", "b"]);
    }

    #[test]
    fn facts_are_kept_while_an_execution_waits_for_another_try() {
        let actors = Actors::new(10);
        let id = ExecutionId::from("one");
        actors.tell(&id, None, News::Told(told("a")));
        let claim = actors.claim().expect("it is ready");
        actors.release(&id, Left { untold: claim.mail.told, again: false, seat: None });
        assert!(actors.claim().is_none(), "it waits");
        assert!(actors.is_busy(&id));
        actors.tell(&id, None, News::Due);
        assert_eq!(labels(&actors.claim().expect("it is due").mail.told), ["a"]);
    }
}
