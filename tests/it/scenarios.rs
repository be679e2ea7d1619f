//! Every scenario, against `decide` and against the whole server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tests::scenario::{Scenario, pure, whole};

fn each(mut play: impl FnMut(&Scenario) -> anyhow::Result<Vec<String>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the folder of scenarios").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::path);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file.path()).expect("a readable scenario");
        let name = file.file_name();
        let outcome = Scenario::parse(&text).and_then(|scenario| {
            let lines = play(&scenario)?;
            Ok((lines == scenario.expected(), scenario, lines))
        });
        match outcome {
            Ok((true, ..)) => {}
            Ok((false, scenario, lines)) => {
                wrong.push(format!("{name:?}: {}\n--- happened:\n{}\n", scenario.claim, lines.join("\n")));
            }
            Err(error) => wrong.push(format!("{name:?}: {error:#}")),
        }
    }
    assert!(files.len() >= 10, "only {} scenarios were found", files.len());
    assert!(wrong.is_empty(), "{} of {} scenarios went another way:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

#[test]
fn scenarios_against_decide() {
    each(pure::play);
}

#[test]
fn scenarios_against_the_whole_server() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    each(|scenario| runtime.block_on(whole::play(scenario)));
}

/// Where a stage or an execution stands, as lines of a timeline tell it.
const NOT_STARTED: &str = "NotStarted";

/// Every arrow of the tables in `domain::stage::state` and `domain::execution::state` that lines of a timeline can show. An execution
/// that is cancelled before it starts never has a timeline of its own: `tests/it/engine/control.rs` has that one.
fn arrows() -> Vec<String> {
    let arrow = |what: &str, from: &str, to: &str| format!("{what} {from} -> {to}");
    let ends = ["SUCCEEDED", "FAILED_CONTINUE", "TERMINAL", "CANCELED", "STOPPED", "SKIPPED"];
    let mut arrows = vec![arrow("stage", NOT_STARTED, "RUNNING"), arrow("stage", NOT_STARTED, "SKIPPED")];
    arrows.extend(ends.map(|end| arrow("stage", "RUNNING", end)));
    arrows.extend(["SUCCEEDED", "TERMINAL", "CANCELED"].map(|end| arrow("stage", end, NOT_STARTED)));
    arrows.push(arrow("execution", NOT_STARTED, "RUNNING"));
    arrows.extend(["SUCCEEDED", "TERMINAL", "CANCELED"].map(|end| arrow("execution", "RUNNING", end)));
    arrows.extend(["SUCCEEDED", "TERMINAL", "CANCELED"].map(|end| arrow("execution", end, "RUNNING")));
    arrows.extend([arrow("execution", "RUNNING", "PAUSED"), arrow("execution", "PAUSED", "RUNNING")]);
    arrows
}

/// The arrows that a timeline takes.
fn taken(timeline: &[String]) -> Vec<String> {
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    let mut taken = Vec::new();
    for line in timeline {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let [who, what, ..] = words.as_slice() else { continue };
        if *what == "planned" {
            states.remove(who); // another stage of that reference, of another run of its parent
            continue;
        }
        let to = match *what {
            "started" | "resumed" => "RUNNING",
            "paused" => "PAUSED",
            "restarted" | "reset" => NOT_STARTED,
            status if status.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') => status,
            _ => continue,
        };
        let from = states.insert(who, to).unwrap_or(NOT_STARTED);
        let noun = if *who == "execution" { "execution" } else { "stage" };
        taken.push(format!("{noun} {from} -> {to}"));
    }
    taken
}

#[test]
fn every_arrow_of_the_state_tables_is_taken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("the folder of scenarios").flatten();
    let mut seen = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file.path()).expect("a readable scenario");
        let scenario = Scenario::parse(&text).expect("a scenario");
        seen.extend(taken(&scenario.timeline));
    }
    let known = arrows();
    let missing: Vec<&String> = known.iter().filter(|arrow| !seen.contains(*arrow)).collect();
    assert!(missing.is_empty(), "no scenario takes {missing:?}");
    let restarts = |arrow: &&String| arrow.starts_with("stage") && arrow.ends_with(NOT_STARTED);
    let odd: Vec<&String> = seen.iter().filter(|arrow| !known.contains(*arrow) && !restarts(arrow)).collect();
    assert!(odd.is_empty(), "the tables have no such arrow: {odd:?}");
}
