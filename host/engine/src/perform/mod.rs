//! Operations: performed after the commit that orders them, each by a task of its own, until it has its outcome.
//!
//! The outcome is a fact for the execution, written by the same commit as the stage's next step. Until that commit the operation
//! stays in the table of those under way, so that nothing begins it a second time.

mod account;
mod call;
mod order;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::operation::{Operation, OperationKey, OperationState};
use domain::plugin::Catalog;
use domain::{Failure, FailureClass, code::code};
use rustc_hash::FxHashMap;
use tokio::sync::watch;

use crate::actors::{News, Told};
use crate::core::Core;
use crate::orders::{Outcome, told};
use crate::tasks::Phase;

pub(crate) use account::{Asked, find_provider};
pub(crate) use order::{HOST, order};

/// Operations under way in this process, each with the switch that calls it off.
#[derive(Default)]
pub(crate) struct Performing {
    slots: Mutex<FxHashMap<OperationKey, Slot>>,
}

struct Slot {
    cancelling: watch::Sender<bool>,
    begun: bool,
}

impl Performing {
    fn slots(&self) -> MutexGuard<'_, FxHashMap<OperationKey, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps places for operations whose order is being committed: from then on their rows can be found by others.
    pub(crate) fn reserve(&self, operations: &[Operation]) {
        let mut slots = self.slots();
        for operation in operations {
            let slot = Slot { cancelling: watch::Sender::new(false), begun: false };
            slots.insert(operation.key.clone(), slot);
        }
    }

    /// Frees the places of operations: their outcome is committed, or their order is not.
    pub(crate) fn forget<'k>(&self, keys: impl IntoIterator<Item = &'k OperationKey>) {
        let mut slots = self.slots();
        for key in keys {
            slots.remove(key);
        }
    }

    /// Calls an operation off. One that is not under way here has its outcome already, or is found with its mark after a restart.
    pub(crate) fn cancel(&self, key: &OperationKey) {
        if let Some(slot) = self.slots().get(key) {
            slot.cancelling.send_replace(true);
        }
    }

    /// How many are under way.
    pub(crate) fn len(&self) -> usize {
        self.slots().len()
    }

    /// The switch of an operation that begins; absent when it is under way already.
    fn begin(&self, key: &OperationKey) -> Option<watch::Receiver<bool>> {
        let mut slots = self.slots();
        let slot =
            slots.entry(key.clone()).or_insert_with(|| Slot { cancelling: watch::Sender::new(false), begun: false });
        if std::mem::replace(&mut slot.begun, true) {
            return None;
        }
        Some(slot.cancelling.subscribe())
    }
}

/// How this process came to an operation.
pub(crate) enum Start {
    /// It was ordered by a commit of this process, on this catalogue: no try was made yet.
    Ordered(Arc<Catalog>),
    /// It was found open: a try may have been made.
    Found,
}

/// Begins an operation, unless it is under way already or the server is about to stop.
pub(crate) fn begin(core: &Arc<Core>, operation: Operation, start: Start) {
    if core.tasks.phase() > Phase::Open {
        return;
    }
    let Some(cancelling) = core.performing.begin(&operation.key) else { return };
    let core = core.clone();
    core.clone().tasks.spawn(async move {
        let Some(operation) = (match start {
            Start::Ordered(_) => Some(operation),
            Start::Found => still_open(&core, operation).await,
        }) else {
            return;
        };
        let key = operation.key.clone();
        let found = matches!(start, Start::Found);
        let call = match start {
            Start::Ordered(catalog) => call::Call::new(&core, operation, Some(catalog), found).await,
            Start::Found => call::Call::new(&core, operation, None, found).await,
        };
        let outcome = match call {
            Ok(call) => call.perform(&core, cancelling).await,
            Err(outcome) => outcome,
        };
        if let Some(outcome) = outcome {
            core.counters.outcomes.one();
            let told = Told { fact: told(&key, outcome), ends: Some(key.clone()) };
            core.actors.tell(&key.execution, None, News::Told(told));
        }
    });
}

/// A found operation as its row is now. The place in the table is taken, so nobody ends it from here on; what had ended before is left
/// alone.
async fn still_open(core: &Core, operation: Operation) -> Option<Operation> {
    match core.app.store().operations().get(&operation.key).await {
        Ok(Some(row)) if !matches!(row.state, OperationState::Ended { .. }) => Some(row),
        Ok(_) => {
            core.performing.forget([&operation.key]);
            None
        }
        // What was read before is as good: had it ended, its place in the table would have been taken.
        Err(error) => {
            tracing::warn!(%error, "an open operation could not be read again");
            Some(operation)
        }
    }
}

/// The outcome of an operation that was called off before its first try.
pub(crate) fn never_begun() -> Failure {
    Failure::new(FailureClass::Cancelled, code("operation.cancelled"), "The operation was called off before it began.")
}

/// The outcome of an operation that must not be repeated and may have been tried.
fn outcome_unknown(kind: &str) -> Outcome {
    let message = format!(
        "`{kind}` was begun, the server stopped before it heard what came of it, and it must not be repeated. Look at the far side, then restart the stage or go on."
    );
    Err(Failure::new(FailureClass::Internal, code("operation.outcome-unknown"), message))
}
