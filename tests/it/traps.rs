//! Every trap of the reference has an answer that exists.

use std::path::Path;

/// Rows of the table: the trap, and what shows or decides it.
fn rows(table: &str) -> Vec<(u32, &str)> {
    let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    cells.filter_map(|(trap, answer)| Some((trap.parse().ok()?, answer))).collect()
}

/// What stands in backticks: paths hold a slash, and names of tests an underscore and nothing else that is no letter; a test stands in the
/// file that was named last before it.
fn wrong(root: &Path, answer: &str) -> Option<String> {
    let mut text = String::new();
    for quoted in answer.split('`').skip(1).step_by(2) {
        if quoted.contains('/') && !quoted.contains(' ') {
            match std::fs::read_to_string(root.join(quoted)) {
                Ok(read) => text = read,
                Err(error) => return Some(format!("{quoted}: {error}")),
            }
            continue;
        }
        let is_test = quoted.contains('_') && quoted.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        if is_test && !text.contains(&format!("fn {quoted}(")) {
            return Some(format!("no test {quoted}"));
        }
    }
    let answered = answer.contains('/') || answer.contains("decided:");
    (!answered).then(|| "neither a test nor a decision".to_owned())
}

#[test]
fn every_trap_is_shown_by_what_exists_or_is_decided() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let table = std::fs::read_to_string(root.join("docs/decisions/0301-traps.md")).unwrap();
    let rows = rows(&table);
    let traps: Vec<u32> = rows.iter().map(|(trap, _)| *trap).collect();
    assert_eq!(traps, (1..=67).collect::<Vec<_>>());
    let of = |(trap, answer): &(u32, &str)| Some(format!("{trap}: {}", wrong(root, answer)?));
    let wrong: Vec<String> = rows.iter().filter_map(of).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
