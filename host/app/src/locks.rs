//! Decisions that read and then write must not overlap for one subject: two votes of one question, a pause and a cancel of one
//! execution, two starts with one correlation id. This process is the only writer, so a lock in memory is enough.

use std::hash::{BuildHasher, Hash};

use rustc_hash::FxBuildHasher;
use tokio::sync::{Mutex, MutexGuard};

/// So many subjects can be decided on at once.
const STRIPES: usize = 128;

/// Locks by subject; two subjects may share one.
#[derive(Debug)]
pub struct Locks {
    stripes: Vec<Mutex<()>>,
}

impl Locks {
    /// Nothing locked.
    #[must_use]
    pub fn new() -> Locks {
        Locks { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect() }
    }

    /// Waits until nobody else decides on `subject`.
    pub async fn of<K: Hash + ?Sized>(&self, subject: &K) -> MutexGuard<'_, ()> {
        let hash = FxBuildHasher.hash_one(subject);
        let stripe = usize::try_from(hash % (STRIPES as u64)).unwrap_or(0);
        self.stripes[stripe].lock().await
    }
}
