//! What the engine has done since it started, for metrics and tests.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Counters that only grow.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub $name: Counter,)+
        }

        /// The counters at one moment. All of them only grow, except those said to be otherwise.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)+
            /// Executions held in memory: driven, ready or warm.
            pub live: u64,
            /// Executions that wait for a moment.
            pub waiting: u64,
            /// Executions with stages that wait for a plugin to be released from quarantine.
            pub held: u64,
            /// Operations that this process has under way.
            pub operations_open: u64,
        }

        impl Counters {
            pub(crate) fn read(&self) -> Stats {
                Stats { $($name: self.$name.get(),)+ ..Stats::default() }
            }
        }
    };
}

counters! {
    /// Drives begun.
    drives,
    /// Drives whose commit is durable.
    commits,
    /// Commits refused because the execution had moved; they were driven again.
    stale,
    /// Views loaded from the store.
    loads,
    /// Steps of stages.
    steps,
    /// Steps and calls that ended in a fault of a plugin.
    faults,
    /// Reads performed.
    reads,
    /// Reads that were slower than a drive waits for.
    reads_slow,
    /// Calls of operations.
    calls,
    /// Outcomes of operations.
    outcomes,
    /// Checkpoints written.
    checkpoints,
    /// Executions ended.
    ended,
    /// Executions that only the sweep found to be due: memory had forgotten them. 0 unless there is a fault of ours.
    swept,
    /// Components that failed in several executions of several applications.
    quarantined,
    /// Units that the store could not write or read; they were tried again.
    store_errors,
}

/// A number that grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
