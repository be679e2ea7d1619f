//! The simulator itself: it holds what it finds nothing wrong with, it finds what is planted, and a seed is a seed.

use tests::sim::{Mistake, many, play};

/// Seeds within which every planted mistake must be found.
const BOUND: u64 = 400;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

#[test]
fn nothing_is_found_where_nothing_is_planted() {
    let tally = many::many(1, 150, None, threads()).expect("worlds");
    assert_eq!(tally.violation, None);
    assert_eq!(tally.seeds, 150);
    // A world in which nothing happens proves nothing.
    assert!(tally.deaths > 100 && tally.commits > 3_000 && tally.effects > 500, "{tally:?}");
}

#[test]
fn a_seed_takes_the_same_way_to_the_byte() {
    for seed in 1..=12 {
        let (first, second) = (play(seed, None).expect("a world"), play(seed, None).expect("a world"));
        assert!(!first.trace.is_empty());
        assert_eq!(first.trace, second.trace, "seed {seed}");
    }
}

#[test]
fn every_planted_mistake_is_found() {
    assert!(Mistake::ALL.len() >= 20);
    let mut missed = Vec::new();
    for mistake in Mistake::ALL {
        let tally = many::many(1, BOUND, Some(*mistake), threads()).expect("worlds");
        match tally.violation {
            Some((seed, violation)) => println!("{:<24} seed {seed}: {violation}", mistake.name()),
            None => missed.push(mistake.name()),
        }
    }
    assert_eq!(missed, Vec::<&str>::new(), "not found within {BOUND} seeds");
}
