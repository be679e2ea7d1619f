//! Case files: a plugin's behaviour as data, run natively, without a host.
//!
//! `cases/*.yaml` lie beside `src/`. One call in the plugin's tests runs all of them:
//!
//! ```no_run
//! # use mainsheet_sdk::prelude::*;
//! # fn plugin() -> StagePlugin { StagePlugin::new("x", "0.1.0") }
//! #[test]
//! fn cases() {
//!     mainsheet_sdk::cases::stages(&plugin(), env!("CARGO_MANIFEST_DIR"));
//! }
//! ```
//!
//! # A stage's case
//! ```yaml
//! about: The wait ends when its time is up.
//! stage: wait                      # may be left out if the plugin has one type
//! configuration: { waitTime: 30 }
//! context: {}                      # keys that the manifest reads
//! meta: { started: 0 }             # what is not given is empty or 0
//! turns:
//!   - requests:                    # exactly what this turn asks for the first time, or moves; parts of a demand are enough
//!       elapsed: { timer: { at: 30000 } }
//!     phases: [wait]               # all so far; also context, outputs, artifacts, progress (parts are enough), withdraw (exactly)
//!   - answer: elapsed              # then an answer arrives: value or failure, by, at (default: as before)
//!     at: 30000
//!     finish: { status: succeeded }        # also problem, actingAs; a turn without finish waits
//! ```
//! A text that begins with `~ ` is contained in what it is compared with.
//!
//! Beside what the file says, an adversary plays every turn twice (the verdicts must be equal), delivers the remaining answers all at once (the end must be
//! the same), cancels after every turn (the stage must end), and answers every open request with a failure and with nonsense (nothing may panic).
//!
//! # A provider's case
//! `operation` (or `query`), `input`, `account`, `key`, and `calls`: each with the `exchanges` it makes (`send`, then `status`, `headers`, `body`, `blob` or
//! `failure`) and `done`, `failed` or `again: {after, progress}`. The checkpoint is passed on. Every call is made twice and must do the same.
//!
//! # A trigger's case
//! `hook` with `reply` or `failure`, and `events`; or one `event`. Then `triggers`: each `{trigger, starts}` or `{trigger, refused}`.

mod exchange;
mod matching;
mod provider;
mod stage;
mod trigger;

use std::path::Path;

use serde::de::DeserializeOwned;

pub(crate) use exchange::exchange;
pub use exchange::outside;

use crate::{provider::ProviderPlugin, stage::StagePlugin, trigger::TriggerPlugin};

/// Runs the stage cases of the plugin in this folder.
///
/// # Panics
/// With every difference found, and if there is no case at all.
pub fn stages(plugin: &StagePlugin, folder: &str) {
    run(folder, |case| stage::run(plugin, case));
}

/// Runs the provider cases of the plugin in this folder.
///
/// # Panics
/// With every difference found, and if there is no case at all.
pub fn provider(plugin: &ProviderPlugin, folder: &str) {
    run(folder, |case| provider::run(plugin, case));
}

/// Runs the trigger cases of the plugin in this folder.
///
/// # Panics
/// With every difference found, and if there is no case at all.
pub fn trigger(plugin: &TriggerPlugin, folder: &str) {
    run(folder, |case| trigger::run(plugin, case));
}

fn run<Case: DeserializeOwned>(folder: &str, play: impl Fn(Case) -> Vec<String>) {
    let folder = Path::new(folder).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no case in {}", folder.display());
    let mut differences = Vec::new();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        match serde_norway::from_str(&text) {
            Ok(case) => differences.extend(play(case).into_iter().map(|difference| format!("{name}: {difference}"))),
            Err(error) => differences.push(format!("{name}: {error}")),
        }
    }
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}
