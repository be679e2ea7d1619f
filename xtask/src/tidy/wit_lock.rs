//! A published contract does not change: `wit.lock` holds the SHA-256 of every file in wit/.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::Finding;
use super::tree::Tree;

const LOCK: &str = "wit.lock";

/// Compares wit/ with the lock.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let locked = fs::read_to_string(tree.root.join(LOCK)).unwrap_or_default();
    let actual = lines(tree);
    let mut findings = Vec::new();
    for (path, line) in &actual {
        if !locked.lines().any(|there| there == line) {
            let text = "differs from wit.lock: a published contract is frozen; additions go to a new folder. \
                If this change is meant, run `cargo xtask tidy --bless`";
            findings.push(Finding::new(path, 0, text));
        }
    }
    for (number, line) in locked.lines().enumerate() {
        let path = line.split_whitespace().nth(1).unwrap_or(line);
        if !actual.iter().any(|(there, _)| there == path) {
            let text =
                format!("{path} is locked but not in the tree: a published contract stays until no plugin speaks it");
            findings.push(Finding::new(LOCK, number + 1, text));
        }
    }
    Ok(findings)
}

/// Accepts wit/ as it stands.
pub fn bless(tree: &Tree) -> Result<()> {
    let mut text = String::new();
    for (_, line) in lines(tree) {
        writeln!(text, "{line}")?;
    }
    fs::write(tree.root.join(LOCK), text).with_context(|| format!("cannot write {LOCK}"))
}

/// Paths in wit/ with their lines of the lock, as `sha256sum` prints them.
fn lines(tree: &Tree) -> Vec<(String, String)> {
    let files = tree.files("wit").filter(|file| file.path.starts_with("wit/"));
    files
        .map(|file| {
            let digest = Sha256::digest(file.text.as_bytes());
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            (file.path.clone(), format!("{hex}  {}", file.path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::tree;
    use super::*;

    #[test]
    fn a_change_is_found_until_it_is_blessed() {
        let (folder, tree) = tree(&[("wit/stage@1/stage.wit", "package a;"), ("wit/host@1/host.wit", "package b;")]);
        assert_eq!(check(&tree).unwrap().len(), 2, "nothing is locked yet");
        bless(&tree).unwrap();
        assert!(check(&tree).unwrap().is_empty());

        fs::write(folder.path().join("wit/stage@1/stage.wit"), "package a; ").unwrap();
        fs::remove_file(folder.path().join("wit/host@1/host.wit")).unwrap();
        let findings = check(&Tree::read(folder.path()).unwrap()).unwrap();
        let places: Vec<(&str, usize)> = findings.iter().map(|one| (one.path.as_str(), one.line)).collect();
        assert_eq!(places, [("wit/stage@1/stage.wit", 0), (LOCK, 1)]);
    }
}
