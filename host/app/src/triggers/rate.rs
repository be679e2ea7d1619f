//! How many requests a source may send: a bucket that fills up again while it is not used. In memory, since a restart forgives.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use rustc_hash::FxBuildHasher;

use super::too_many;
use crate::AppError;

/// Sources remembered; beyond them, those whose buckets are full again are forgotten.
const MOST: usize = 10_000;
/// Milliseconds in which an empty bucket fills up.
const MINUTE: i64 = 60_000;

/// Buckets by trigger type and source.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    buckets: Mutex<HashMap<(String, String), Bucket, FxBuildHasher>>,
}

/// Requests left, in 60,000ths, so that whole numbers do.
#[derive(Debug)]
struct Bucket {
    left: i64,
    at: Timestamp,
}

impl Bucket {
    fn fill(&mut self, rate: i64, now: Timestamp) {
        let gained = now.since(self.at).clamp(0, MINUTE).saturating_mul(rate);
        self.left = self.left.saturating_add(gained).min(rate * MINUTE);
        self.at = now;
    }
}

impl Rates {
    /// Takes one request of a source that may send `rate` a minute; 0 is any number.
    pub fn take(&self, (kind, source): (&str, &str), rate: u32, now: Timestamp) -> Result<(), AppError> {
        let rate = i64::from(rate);
        if rate == 0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| {
                bucket.fill(rate, now);
                bucket.left < rate * MINUTE
            });
        }
        let key = (kind.to_owned(), source.to_ascii_lowercase());
        let bucket = buckets.entry(key).or_insert(Bucket { left: rate * MINUTE, at: now });
        bucket.fill(rate, now);
        if bucket.left < MINUTE {
            return Err(too_many((MINUTE - bucket.left) / rate / 1_000 + 1));
        }
        bucket.left -= MINUTE;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_its_own_allowance_and_gets_it_back() {
        let rates = Rates::default();
        let begin = Timestamp(1_000_000);
        let take = |source, at: i64| rates.take(("hook", source), 3, begin.plus(at)).is_ok();
        assert!((0..3).all(|_| take("a", 0)));
        assert!(!take("a", 0), "three a minute");
        assert!(take("b", 0), "each for itself");
        assert!(!take("A", 19_999), "case does not count");
        assert!(take("a", 20_000), "one every twenty seconds");
        assert!(!take("a", 20_000));
        assert!((0..3).all(|_| take("a", 600_000)), "no more than three are saved up");
        assert!(!take("a", 600_000));
        assert!((0..100).all(|_| rates.take(("hook", "a"), 0, begin).is_ok()), "without a bound");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let rates = Rates::default();
        for number in 0..30_000 {
            let at = Timestamp(1_000_000 + number * 100);
            rates.take(("hook", &number.to_string()), 60, at).expect("the first of a source");
        }
        assert!(rates.buckets.lock().unwrap_or_else(PoisonError::into_inner).len() <= MOST + 1);
    }
}
