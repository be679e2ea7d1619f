//! Counters, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::FaultClass;

/// What has been counted since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls of plugins.
    pub calls: u64,
    /// Calls that gave no answer, by class, in the order of [`FaultClass::ALL`].
    pub faults: Vec<(FaultClass, u64)>,
    /// Components compiled.
    pub compiles: u64,
    /// Modules loaded from the cache on disk.
    pub cache_hits: u64,
    /// Modules that were not in it, or not in order.
    pub cache_misses: u64,
    /// Modules loaded now.
    pub loaded: u64,
    /// Calls inside plugins now.
    pub running: u64,
    /// Calls waiting for a permit now.
    pub waiting: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) calls: AtomicU64,
    pub(crate) faults: [AtomicU64; FaultClass::ALL.len()],
    pub(crate) compiles: AtomicU64,
    pub(crate) cache_hits: AtomicU64,
    pub(crate) cache_misses: AtomicU64,
    pub(crate) waiting: AtomicU64,
}

impl Counters {
    pub(crate) fn fault(&self, class: FaultClass) {
        if let Some(counter) = self.faults.get(class as usize) {
            add(counter);
        }
    }

    /// Counts one that waits, as long as the result lives.
    pub(crate) fn wait(&self) -> Waiting<'_> {
        add(&self.waiting);
        Waiting(self)
    }

    pub(crate) fn read(&self, loaded: u64, running: u64) -> Stats {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            calls: value(&self.calls),
            faults: FaultClass::ALL.into_iter().zip(self.faults.iter().map(value)).collect(),
            compiles: value(&self.compiles),
            cache_hits: value(&self.cache_hits),
            cache_misses: value(&self.cache_misses),
            loaded,
            running,
            waiting: value(&self.waiting),
        }
    }
}

/// A call that waits for a permit.
pub(crate) struct Waiting<'c>(&'c Counters);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
