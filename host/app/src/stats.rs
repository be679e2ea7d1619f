//! What this crate counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the process began; each only grows.
#[derive(Debug, Default)]
pub struct Stats {
    /// Executions admitted on somebody's request, by a trigger, or as a child.
    pub starts: Counter,
    /// Starts refused.
    pub starts_refused: Counter,
    /// Events heard and recorded.
    pub events: Counter,
    /// Deliveries that had been heard before.
    pub duplicates: Counter,
    /// Refusals by `authorize`.
    pub denials: Counter,
}

/// One counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Its value.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
