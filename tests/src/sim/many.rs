//! Many seeds on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use super::planted::Mistake;
use super::play::{Played, play};

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Tally {
    /// Seeds played.
    pub seeds: u64,
    /// Groups that became durable.
    pub commits: u64,
    /// Processes that died.
    pub deaths: u64,
    /// Calls of operations.
    pub effects: u64,
    /// The seed with a violation that has the lowest number, and what it was.
    pub violation: Option<(u64, String)>,
}

/// Plays `count` seeds from `first` on, until one is wrong.
///
/// # Errors
/// A world could not be made.
pub fn many(first: u64, count: u64, planted: Option<Mistake>, threads: usize) -> Result<Tally> {
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Ok(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let seed = first.wrapping_add(number);
                    let Ok(mut tally) = tally_after(play(seed, planted), seed, &tally) else { return };
                    if let Ok(tally) = tally.as_mut()
                        && tally.violation.is_some()
                    {
                        next.store(count, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

type Shared = Mutex<Result<Tally>>;

fn tally_after(
    played: Result<Played>,
    seed: u64,
    shared: &Shared,
) -> Result<std::sync::MutexGuard<'_, Result<Tally>>, ()> {
    let mut guard = shared.lock().map_err(|_| ())?;
    match (played, guard.as_mut()) {
        (Ok(played), Ok(tally)) => {
            tally.seeds += 1;
            tally.commits += played.commits;
            tally.deaths += u64::from(played.deaths);
            tally.effects += played.effects;
            if let Some(violation) = played.violation
                && tally.violation.as_ref().is_none_or(|(lowest, _)| seed < *lowest)
            {
                tally.violation = Some((seed, violation));
            }
            Ok(guard)
        }
        (Err(error), _) => {
            *guard = Err(error.context(format!("seed {seed}")));
            Err(())
        }
        (Ok(_), Err(_)) => Err(()),
    }
}
