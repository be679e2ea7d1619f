//! Many units in one transaction: who is refused, who is not, and what a unit leaves behind.

mod bed;

use bed::{Bed, Manual, application, drive, fact, id, new, params};
use domain::execution::ExecutionState;
use store::{DriveCommit, DriveOutcome, Store, StoreConfig, Write, WriteError};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn culprits_are_refused_and_everybody_else_is_written() {
    let bed = Bed::new().await;
    bed.admit("TAKEN").await;
    let tasks: Vec<_> = (0..400)
        .map(|number| {
            let store = bed.store.clone();
            tokio::spawn(async move {
                let name = format!("E{number}");
                // Every third writes something before its culprit, so that the whole group has to go again.
                let mut unit = vec![Write::Admit(new(&name))];
                match number % 3 {
                    0 => unit.push(Write::Admit(new("TAKEN"))),
                    1 => unit.insert(0, Write::RevokeToken("nobody's".into())),
                    _ => {}
                }
                (number, name, store.write(unit).await)
            })
        })
        .collect();
    for task in tasks {
        let (number, name, outcome) = task.await.expect("no panic");
        let expected = match number % 3 {
            0 => Err(WriteError::Exists { what: "execution" }),
            1 => Err(WriteError::Gone { what: "token" }),
            _ => Ok(()),
        };
        assert_eq!(outcome, expected, "{name}");
        let there = bed.store.executions().get(&id(&name)).await.expect("read").is_some();
        assert_eq!(there, number % 3 == 2, "{name}: all or nothing");
    }
    let numbers: Vec<i64> =
        bed.store.executions().open(0, 1000).await.expect("read").iter().map(|open| open.number).collect();
    assert_eq!(numbers.len(), 134);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_copies_of_one_admission_one_gets_in() {
    let bed = Bed::new().await;
    let copies = (0..100).map(|_| bed.store.write(vec![Write::Admit(new("E1"))]));
    let outcomes = futures::future::join_all(copies).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn actors_side_by_side_lose_nothing() {
    let bed = Bed::new().await;
    const ACTORS: usize = 60;
    const FACTS: i64 = 20;
    let names: Vec<String> = (0..ACTORS).map(|number| format!("E{number}")).collect();
    bed.write(names.iter().map(|name| Write::Admit(new(name))).collect()).await;
    let tell = names.iter().map(|name| async {
        for number in 0..FACTS {
            let unit = vec![Write::Inbox { execution: id(name), fact: fact(&number.to_string()) }];
            bed.store.write(unit).await.expect("written");
        }
    });
    // Each loads and drives until it has seen all facts; a stale drive is driven again.
    let actors = names.iter().map(|name| async {
        let mut seen = 0;
        while seen < FACTS {
            let loaded = bed.store.executions().load(&id(name)).await.expect("read").expect("there");
            let inbox_seen = loaded.inbox.last().map_or(loaded.inbox_head, |(number, _)| *number);
            let events = loaded.inbox.iter().map(|(number, _)| bed::event(*number)).collect();
            let commit = DriveCommit { inbox_seen, events, ..drive(name, loaded.version) };
            match bed.store.drive(commit).await.expect("written") {
                DriveOutcome::Committed { .. } => seen += i64::try_from(loaded.inbox.len()).expect("few"),
                DriveOutcome::Stale => {}
            }
            tokio::task::yield_now().await;
        }
    });
    futures::future::join(futures::future::join_all(tell), futures::future::join_all(actors)).await;
    for name in &names {
        let events = bed.store.events().of(&id(name), 1, 1000).await.expect("read");
        let facts: Vec<i64> = events.iter().map(|(_, event)| event.at.0).collect();
        assert_eq!(facts, (1..=FACTS).collect::<Vec<_>>(), "{name}: each fact once, in order");
    }
}

#[tokio::test]
async fn a_unit_larger_than_a_group_travels_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { group_bytes: 1000, group_units: 3, ..StoreConfig::new(folder.path()) };
    let store = Store::open(config, Manual::new()).await.expect("open");
    let set = |number: usize| {
        let value = params(&format!("\"{}\"", "x".repeat(if number.is_multiple_of(2) { 100_000 } else { 10 })));
        store.write(vec![Write::Setting { key: format!("k{number}"), value }])
    };
    for outcome in futures::future::join_all((0..10).map(set)).await {
        outcome.expect("written");
    }
    for number in 0..10 {
        assert!(store.settings().get(&format!("k{number}")).await.expect("read").is_some());
    }
    store.close().await;
}

#[tokio::test]
async fn what_is_queued_at_the_end_is_written_and_what_comes_later_is_refused() {
    let bed = Bed::new().await;
    let late = bed.store.clone();
    let queued: Vec<_> =
        (0..20).map(|number| (number, late.write(vec![Write::Admit(new(&format!("E{number}")))]))).collect();
    let (mut names, mut writes) = (Vec::new(), Vec::new());
    for (number, write) in queued {
        names.push(format!("E{number}"));
        writes.push(write);
    }
    let bed_writes = futures::future::join_all(writes);
    let (outcomes, bed) = futures::future::join(bed_writes, bed.reopen()).await;
    for (name, outcome) in names.iter().zip(outcomes) {
        let there = bed.store.executions().get(&id(name)).await.expect("read").is_some();
        assert_eq!(there, outcome.is_ok(), "{name}: {outcome:?}");
    }
    let save = Write::SaveApplication { application: application("demo", 1), expect: None };
    assert_eq!(late.write(vec![save]).await, Err(WriteError::Closed));
    let commit = DriveCommit { state: ExecutionState::NotStarted, ..drive("E1", 0) };
    assert_eq!(late.drive(commit).await, Err(WriteError::Closed));
}

/// Commits one after the other never leave the log alone for long: it must be begun anew all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_begun_anew_while_commits_go_on() {
    const BOUND: u64 = 256 * 1024;
    let folder = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { checkpoint_bytes: BOUND, ..StoreConfig::new(folder.path()) };
    let store = Store::open(config, Manual::new()).await.expect("opened");
    for number in 0..2_000 {
        let value = params(&format!(r#"{{"number":{number},"filling":"{}"}}"#, "x".repeat(2_000)));
        store.write(vec![Write::Setting { key: format!("key {}", number % 50), value }]).await.expect("written");
    }
    let log = std::fs::metadata(folder.path().join("mainsheet.db-wal")).expect("a log").len();
    assert!(log < 8 * BOUND, "2,000 commits wrote more than 30 times the bound, and the log has {log} bytes");
    store.close().await;
}
