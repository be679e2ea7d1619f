//! Mistakes that somebody could make in the host, planted where the world meets it: at the store's door, on the clock, at the far side
//! of a call. Each must be found; what Spinnaker's users have met stands first (reference performance-and-reliability.md §4).

use std::sync::Arc;

use domain::id::ExecutionId;
use store::{DriveCommit, DriveOutcome, Wake, Write};

use super::outside;
use super::world::World;

macro_rules! mistakes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mistake { $($(#[$doc])* $name,)+ }

        impl Mistake {
            /// All of them.
            pub const ALL: &'static [Mistake] = &[$(Mistake::$name,)+];

            /// Its name for people.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Mistake::$name => $text,)+ }
            }
        }
    };
}

mistakes! {
    /// A running execution is due, and its row does not say so: nobody finds it after a crash (orca#2315, the zombie).
    DueNotKept = "due-not-kept",
    /// A slow handler writes its stale copy (spinnaker#7921, finished pipelines back to RUNNING).
    VersionUnchecked = "version-unchecked",
    /// Facts that came while a drive was under way go with it (spinnaker#7919, a push between read and ack).
    InboxDeletedUnseen = "inbox-deleted-unseen",
    /// A wake is dropped (orca#4479).
    MoveLost = "move-lost",
    /// The wake of an admission is dropped (spinnaker#5952, executions that never leave the first stage).
    AdmissionLost = "admission-lost",
    /// Trouble of the infrastructure becomes the result of a stage (spinnaker#8002).
    WeatherIsAResult = "weather-is-a-result",
    /// What is under way is known in memory only (spinnaker#4426, lost with the process).
    OrderNotKept = "order-not-kept",
    /// One start, two executions (spinnaker#5085, #3874).
    StartedTwice = "started-twice",
    /// One request, two keys (spinnaker#2978, two createServerGroup from one stage).
    KeyGrowsWithTries = "key-grows-with-tries",
    /// An operation is begun before the commit that orders it.
    EffectBeforeCommit = "effect-before-commit",
    /// An operation is begun twice at once.
    CallsTwice = "calls-twice",
    /// A commit passes although the execution was paused or cancelled meanwhile.
    ControlUnchecked = "control-unchecked",
    /// A commit that was refused counts as written.
    StaleIsCommitted = "stale-is-committed",
    /// An acknowledged fact is not written.
    InboxNotKept = "inbox-not-kept",
    /// A fact stays in the inbox when a commit has taken it in.
    InboxTakenTwice = "inbox-taken-twice",
    /// That a stage, a join among them, has started is not kept: it starts again.
    JoinFiresTwice = "join-fires-twice",
    /// Timers fire early.
    ClockRunsAhead = "clock-runs-ahead",
    /// The row is due later than what it waits for.
    DueTooLate = "due-too-late",
    /// A child goes on when whoever waited for it was cancelled.
    CancelNotPassedOn = "cancel-not-passed-on",
    /// The outcome of an operation is not kept.
    OutcomeNotKept = "outcome-not-kept",
    /// A checkpoint is not kept.
    CheckpointNotKept = "checkpoint-not-kept",
    /// That one which must not be repeated has begun is not kept.
    BegunNotKept = "begun-not-kept",
    /// The last event of a commit is not kept.
    EventNotKept = "event-not-kept",
    /// One request starts two children.
    ChildTwice = "child-twice",
    /// That somebody waits for an execution is not kept.
    AwaitNotKept = "await-not-kept",
    /// An acknowledged pause or cancel is not written.
    WishNotKept = "wish-not-kept",
    /// Stages count as told of a cancel before there is one.
    CancelToldTooSoon = "cancel-told-too-soon",
    /// An operation that is no longer wanted is not called off.
    CallOffNotKept = "call-off-not-kept",
    /// A commit that has not seen the newest fact says that there is none.
    DueAgainForgotten = "due-again-forgotten",
}

/// Changes a drive on its way to the store.
pub fn spoil_drive(world: &Arc<World>, commit: &mut DriveCommit) {
    let Some(mistake) = world.planted else { return };
    match mistake {
        Mistake::DueNotKept => commit.due = None,
        Mistake::DueTooLate => commit.due = commit.due.map(|due| due.plus(60_000)),
        Mistake::VersionUnchecked | Mistake::ControlUnchecked => as_the_row_is(world, mistake, commit),
        Mistake::InboxDeletedUnseen => commit.inbox_seen = i64::MAX,
        Mistake::InboxTakenTwice => commit.inbox_seen = (commit.inbox_seen - 1).max(0),
        Mistake::OrderNotKept => commit.operations.clear(),
        Mistake::OutcomeNotKept => commit.outcomes.clear(),
        Mistake::CancelNotPassedOn => commit.cancel_executions.clear(),
        Mistake::AwaitNotKept => commit.awaits.clear(),
        Mistake::CallOffNotKept => commit.cancelling.clear(),
        Mistake::CancelToldTooSoon => commit.cancel_told = true,
        Mistake::EventNotKept if commit.events.len() > 1 => {
            commit.events.pop();
        }
        Mistake::JoinFiresTwice if commit.stages.len() > 1 && world.one_in(3) => {
            commit.stages.pop();
        }
        Mistake::ChildTwice => {
            let twins = commit.children.iter().cloned().map(|mut child| {
                child.execution.id = ExecutionId::from(format!("{}X", child.execution.id));
                child
            });
            let twins: Vec<_> = twins.collect();
            commit.children.extend(twins);
        }
        Mistake::EffectBeforeCommit => {
            for operation in commit.operations.clone() {
                let world = world.clone();
                let host = world.host_environment();
                host.spawn(Box::pin(async move { outside::too_soon(&world, operation).await }));
            }
        }
        _ => {}
    }
}

/// The gate lets everything pass: what it compares is what it finds.
fn as_the_row_is(world: &World, mistake: Mistake, commit: &mut DriveCommit) {
    let Some(store) = world.store() else { return };
    let Ok(Some(row)) = futures::executor::block_on(store.executions().get(&commit.execution)) else { return };
    commit.control = row.execution.control.kind;
    if mistake == Mistake::VersionUnchecked {
        commit.version = row.version;
    }
}

/// Changes what a drive is told.
pub fn spoil_outcome(world: &World, outcome: &mut DriveOutcome) {
    if let DriveOutcome::Committed { due_again, .. } = outcome
        && world.plants(Mistake::DueAgainForgotten)
    {
        *due_again = false;
    }
}

/// Makes a refused drive look like a written one.
pub fn deny_stale(world: &World, commit: &DriveCommit, outcome: &mut DriveOutcome) {
    if *outcome == DriveOutcome::Stale && world.plants(Mistake::StaleIsCommitted) {
        let version = commit.version + 1;
        *outcome = DriveOutcome::Committed { version, first_event: 1, due_again: false, woken: Vec::new() };
    }
}

/// Changes a unit on its way to the store.
pub fn spoil_unit(world: &World, unit: &mut Vec<Write>) {
    let Some(mistake) = world.planted else { return };
    match mistake {
        Mistake::InboxNotKept if world.one_in(3) => unit.retain(|write| !matches!(write, Write::Inbox { .. })),
        Mistake::WishNotKept if world.one_in(2) => unit.retain(|write| !matches!(write, Write::Control { .. })),
        Mistake::CheckpointNotKept => unit
            .retain(|write| !matches!(write, Write::Checkpoint(checkpoint) if checkpoint.begun.checkpoint.is_some())),
        Mistake::BegunNotKept => unit
            .retain(|write| !matches!(write, Write::Checkpoint(checkpoint) if checkpoint.begun.checkpoint.is_none())),
        Mistake::StartedTwice => {
            let twins = unit.iter().filter_map(|write| match write {
                Write::Admit(new) => {
                    let mut twin = new.clone();
                    twin.execution.id = ExecutionId::from(format!("{}X", new.execution.id));
                    Some(Write::Admit(twin))
                }
                _ => None,
            });
            let twins: Vec<Write> = twins.collect();
            unit.extend(twins);
        }
        _ => {}
    }
}

/// Whether a wake is lost.
#[must_use]
pub fn loses(world: &World, wake: &Wake) -> bool {
    match (world.planted, wake) {
        (Some(Mistake::MoveLost), Wake::Moved(_)) => world.one_in(4),
        (Some(Mistake::AdmissionLost), Wake::Admitted(_)) => world.one_in(2),
        _ => false,
    }
}
