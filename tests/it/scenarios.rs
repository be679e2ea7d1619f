//! Every scenario, against `decide` and against the whole server.

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
            Ok((lines == scenario.timeline, scenario, lines))
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
