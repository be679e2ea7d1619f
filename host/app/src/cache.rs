//! What is read on every request and written rarely, kept in memory. This process is the only writer, so a write that goes
//! through here is all that can make an entry wrong.

use std::collections::hash_map::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxBuildHasher;

/// Entries beyond this empty the cache: the bound is for memory, the hit rate does not need to be clever.
const MOST: usize = 20_000;

/// A cache that is filled by readers and emptied by writers.
///
/// A reader asks for the [`generation`](Cache::generation) *before* it reads the store and hands it to [`fill`](Cache::fill):
/// what was read before a write is never kept after it.
#[derive(Debug)]
pub struct Cache<K, V> {
    inner: RwLock<Inner<K, V>>,
}

#[derive(Debug)]
struct Inner<K, V> {
    generation: u64,
    entries: HashMap<K, V, FxBuildHasher>,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Cache<K, V> {
        Cache { inner: RwLock::new(Inner { generation: 0, entries: HashMap::default() }) }
    }

    /// The entry, if it is there.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).entries.get(key).cloned()
    }

    /// How many times something was forgotten.
    pub fn generation(&self) -> u64 {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    /// Keeps what was read at `generation`, unless something was written since.
    pub fn fill(&self, generation: u64, key: K, value: V) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.generation == generation {
            if inner.entries.len() >= MOST {
                inner.entries.clear();
            }
            inner.entries.insert(key, value);
        }
    }

    /// Forgets an entry; called once its write is durable, so that no reader keeps what stood before it.
    pub fn forget<Q>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.generation += 1;
        inner.entries.remove(key);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.generation += 1;
        inner.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_write_is_not_kept_after_it() {
        let cache: Cache<String, u32> = Cache::new();
        let before = cache.generation();
        cache.forget("a");
        cache.fill(before, "a".into(), 1);
        assert_eq!(cache.get("a"), None);
        cache.fill(cache.generation(), "a".into(), 2);
        assert_eq!(cache.get("a"), Some(2));
    }
}
