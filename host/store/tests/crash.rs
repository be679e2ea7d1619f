//! The writer is killed, its disk fills up, its fsync fails: what was acknowledged is there, and nothing else is broken.
//!
//! Runs without the test harness, because it starts itself as the one that is killed.

mod bed;

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bed::{Manual, drive, event, id, new, params, stage};
use sqlx::{ConnectOptions, Connection};
use store::{DriveCommit, DriveOutcome, Store, StoreConfig, Write, WriteError};

const WRITERS: usize = 32;
const ROUNDS: usize = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "write", folder] => runtime.block_on(write_until_killed(Path::new(folder))),
        [_, "fill", folder] => runtime.block_on(write_until_full(Path::new(folder))),
        _ => {
            runtime.block_on(killed());
            runtime.block_on(full());
            runtime.block_on(limited());
            runtime.block_on(untrusted());
        }
    }
}

fn child(verb: &str, folder: &Path) -> Child {
    let program = std::env::current_exe().expect("this program");
    Command::new(program).arg(verb).arg(folder).stdout(Stdio::piped()).spawn().expect("a child")
}

async fn opened(folder: &Path) -> Store {
    Store::open(StoreConfig { checkpoint_bytes: 256 * 1024, ..StoreConfig::new(folder) }, Manual::new())
        .await
        .expect("open")
}

/// Each task drives one execution as fast as it can and says what was acknowledged, version by version.
async fn write_until_killed(folder: &Path) {
    let store = opened(folder).await;
    let mut tasks = Vec::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let name = format!("E{writer}");
            let known = store.executions().get(&id(&name)).await.expect("read");
            let mut version = known.map(|stored| stored.version);
            loop {
                version = Some(match version {
                    None => {
                        store.write(vec![Write::Admit(new(&name))]).await.expect("admitted");
                        0
                    }
                    Some(version) => {
                        let stages = vec![stage(&name, &(version % 40).to_string())];
                        let commit = DriveCommit { stages, events: vec![event(version)], ..drive(&name, version) };
                        let DriveOutcome::Committed { version, .. } = store.drive(commit).await.expect("driven") else {
                            panic!("stale")
                        };
                        version
                    }
                });
                let line = format!("{writer} {}\n", version.unwrap_or(0));
                // One write of a short line to a pipe is whole or not there.
                std::io::stdout().lock().write_all(line.as_bytes()).expect("the pipe");
                let _flushed = std::io::stdout().flush();
            }
        }));
    }
    futures::future::join_all(tasks).await;
}

async fn killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = vec![None; WRITERS];
    for round in 0..ROUNDS {
        let mut child = child("write", folder.path());
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        // Another instant in every round.
        for line in lines.by_ref().take(200 + round * 37) {
            note(&mut acknowledged, &line.expect("a line"));
        }
        child.kill().expect("killed");
        for line in lines {
            note(&mut acknowledged, &line.expect("what was in the pipe"));
        }
        child.wait().expect("gone");
        check(folder.path()).await;
        let store = opened(folder.path()).await;
        for (writer, acknowledged) in acknowledged.iter().enumerate() {
            let Some(acknowledged) = *acknowledged else { continue };
            let name = format!("E{writer}");
            let stored = store.executions().get(&id(&name)).await.expect("read").expect("admitted is durable");
            assert!(
                stored.version >= acknowledged,
                "{name}: {acknowledged} was acknowledged, {} is there",
                stored.version
            );
            let events = store.events().of(&id(&name), 0, u32::MAX).await.expect("read");
            assert_eq!(events.len() as i64, stored.version + 1, "{name}: a commit is whole");
        }
        store.close().await;
    }
    let total: i64 = acknowledged.iter().flatten().sum();
    println!("killed: {ROUNDS} rounds, {total} acknowledged commits, none lost");
}

fn note(acknowledged: &mut [Option<i64>], line: &str) {
    let Some((writer, version)) = line.split_once(' ') else { return };
    let (Ok(writer), Ok(version)) = (writer.parse::<usize>(), version.parse()) else { return };
    acknowledged[writer] = acknowledged[writer].max(Some(version));
}

async fn check(folder: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("mainsheet.db"));
    let mut connection = options.connect().await.expect("open");
    let found: String = sqlx::query_scalar("pragma integrity_check").fetch_one(&mut connection).await.expect("checked");
    assert_eq!(found, "ok");
    connection.close().await.expect("close");
}

fn blob(number: usize) -> Write {
    Write::Setting { key: format!("k{number}"), value: params(&format!("\"{}\"", "x".repeat(50_000))) }
}

/// A bound on the database's size stands for a full disk: room comes back when something is made smaller.
async fn full() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { most_bytes: Some(4 * 1024 * 1024), ..StoreConfig::new(folder.path()) };
    let store = Store::open(config, Manual::new()).await.expect("open");
    let mut written = 0;
    let refused = loop {
        match store.write(vec![blob(written)]).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, WriteError::Full(_)), "{refused}");
    for _ in 0..3 {
        assert!(matches!(store.write(vec![blob(written)]).await, Err(WriteError::Full(_))));
    }
    for number in 0..written {
        assert!(store.settings().get(&format!("k{number}")).await.expect("reads go on").is_some());
    }
    assert!(store.settings().get(&format!("k{written}")).await.expect("read").is_none());
    let smaller = Write::Setting { key: "k0".into(), value: params("1") };
    store.write(vec![smaller]).await.expect("it needs no room");
    store.write(vec![blob(written)]).await.expect("there is room again, without a restart");
    store.close().await;
    check(folder.path()).await;
    println!("full: {written} writes, then refused in words, then room again");
}

/// The system refuses to let files grow (a quota): the child runs under a limit.
async fn limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("this program");
    // 512-byte blocks in sh; the signal that comes with the limit is ignored, so that the write fails instead.
    let script =
        format!("trap '' XFSZ; ulimit -f 8000; exec '{}' fill '{}'", program.display(), folder.path().display());
    let output = Command::new("sh").arg("-c").arg(script).output().expect("sh");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let written: usize = text.trim().parse().expect("how many were acknowledged");
    check(folder.path()).await;
    let store = opened(folder.path()).await;
    for number in 0..written {
        assert!(store.settings().get(&format!("k{number}")).await.expect("read").is_some(), "{number} of {written}");
    }
    store.write(vec![blob(written)]).await.expect("room again");
    store.close().await;
    println!("limited: {written} writes before the limit, all there");
}

async fn write_until_full(folder: &Path) {
    let store = opened(folder).await;
    let mut written = 0;
    let refused = loop {
        match store.write(vec![blob(written)]).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, WriteError::Full(_)), "{refused}");
    assert!(store.settings().get("k0").await.expect("reads go on").is_some());
    println!("{written}");
}

/// fsync fails: strace stands for the disk. The process must not go on. Left out where there is no strace.
async fn untrusted() {
    let folder = tempfile::tempdir().expect("a folder");
    opened(folder.path()).await.close().await;
    let program = std::env::current_exe().expect("this program");
    let inject = "--inject=fdatasync,fsync:error=EIO:when=40+";
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", inject])
        .arg(program)
        .arg("write")
        .arg(folder.path())
        .output();
    let Ok(output) = traced else {
        println!("untrusted: left out, there is no strace");
        return;
    };
    assert_eq!(output.status.code(), Some(70), "{}", String::from_utf8_lossy(&output.stderr));
    let mut acknowledged = vec![None; WRITERS];
    String::from_utf8_lossy(&output.stdout).lines().for_each(|line| note(&mut acknowledged, line));
    check(folder.path()).await;
    let store = opened(folder.path()).await;
    for (writer, acknowledged) in acknowledged.iter().enumerate() {
        let Some(acknowledged) = *acknowledged else { continue };
        let stored = store.executions().get(&id(&format!("E{writer}"))).await.expect("read").expect("there");
        assert!(stored.version >= acknowledged);
    }
    store.close().await;
    println!("untrusted: the process ended with 70, nothing acknowledged was lost");
}
