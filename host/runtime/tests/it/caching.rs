//! The cache on disk: every doubt is a miss, no doubt is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bed::{Bed, config};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let keys = fs::read_dir(folder.join("modules")).expect("the cache is there");
    let files = keys.flatten().flat_map(|key| fs::read_dir(key.path()).expect("a folder").flatten());
    files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|own| own == extension)).collect()
}

fn only(folder: &Path, extension: &str) -> PathBuf {
    files(folder, extension).pop().expect("one file")
}

/// Compiles in `folder`, damages the cache, and steps in a new process's place; answers how often that one compiled.
async fn compiled_after(damage: impl Fn(&Path)) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Bed::with(config(folder.path()));
    step(&first).await;
    damage(folder.path());
    let second = Bed::with(config(folder.path()));
    step(&second).await;
    let third = Bed::with(config(folder.path()));
    step(&third).await;
    assert_eq!(third.runtime.stats().compiles, 0, "the cache is in order again");
    second.runtime.stats().compiles
}

async fn step(bed: &Bed) {
    let panics = bed.store("stage-wait");
    bed.step(&panics, "wait", r#"{"waitTime": 1}"#).await.expect("a verdict");
}

#[tokio::test]
async fn what_is_in_order_is_used() {
    assert_eq!(compiled_after(|_| ()).await, 0);
}

#[tokio::test]
async fn a_flipped_byte_is_a_miss() {
    let flip = |folder: &Path| {
        let path = only(folder, "cwasm");
        let mut bytes = fs::read(&path).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::remove_file(&path).expect("mapped files are replaced, never written to");
        fs::write(&path, bytes).expect("writable");
    };
    assert_eq!(compiled_after(flip).await, 1);
}

#[tokio::test]
async fn a_truncated_file_is_a_miss() {
    let truncate = |folder: &Path| {
        let path = only(folder, "cwasm");
        let bytes = fs::read(&path).expect("readable");
        fs::remove_file(&path).expect("removable");
        fs::write(&path, &bytes[..bytes.len() / 2]).expect("writable");
    };
    assert_eq!(compiled_after(truncate).await, 1);
}

#[tokio::test]
async fn a_missing_file_is_a_miss() {
    assert_eq!(compiled_after(|folder| fs::remove_file(only(folder, "cwasm")).expect("removable")).await, 1);
    assert_eq!(compiled_after(|folder| fs::remove_file(only(folder, "json")).expect("removable")).await, 1);
}

#[tokio::test]
async fn a_sidecar_that_is_none_is_a_miss() {
    assert_eq!(compiled_after(|folder| fs::write(only(folder, "json"), "{").expect("writable")).await, 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_compilations_only() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("modules"), "a file where a folder should be").expect("writable");
    let bed = Bed::with(config(folder.path()));
    step(&bed).await;
    assert_eq!(bed.runtime.stats().compiles, 1);
}

#[tokio::test]
async fn a_component_that_is_not_stored_is_a_fault_of_loading() {
    let bed = Bed::new();
    let stranger = crate::bed::scope("stranger", domain::Digest::of(b"nothing"));
    let fault = bed.fault(&stranger, "wait", "{}").await;
    assert_eq!(fault.failure.code.as_str(), "plugin.not-loadable");
    assert!(fault.failure.message.contains("is not stored"), "{}", fault.failure.message);
}

/// Where a process of the race finds its folder.
const FOLDER: &str = "MAINSHEET_TEST_CACHE_FOLDER";

/// Without a folder in its environment it does nothing: the race below starts it with one.
#[tokio::test]
async fn a_process_of_the_race() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    step(&Bed::with(config(Path::new(&folder)))).await;
}

#[test]
fn processes_that_race_for_the_cache_all_get_their_module() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("the test program");
    let racers: Vec<_> = (0..3)
        .map(|_| {
            let mut command = Command::new(&program);
            command.args(["--exact", "caching::a_process_of_the_race"]).env(FOLDER, folder.path());
            command.spawn().expect("it starts")
        })
        .collect();
    for mut racer in racers {
        assert!(racer.wait().expect("it ends").success());
    }
    assert_eq!(files(folder.path(), "cwasm").len(), 1);
    assert_eq!(files(folder.path(), "tmp").len(), 0, "nothing is left behind");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bed = Bed::with(config(folder.path()));
        step(&bed).await;
        assert_eq!(bed.runtime.stats().compiles, 0, "what they left is in order");
    });
}
