//! Documents that name files go stale silently; so every path of the repository that a document names in backticks exists.
//!
//! In a pattern such as `plugins/stages/<name>/` what stands before the first placeholder must exist.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

/// A word in backticks is a path of the repository if it begins with one of these folders.
const HOMES: &[&str] = &["host/", "sdk/", "plugins/", "tests/", "docs/", "wit/", "xtask/", ".ci/", ".cargo/"];
/// What makes a part of a path a placeholder.
const PLACEHOLDERS: &[&str] = &["<", "*", "…", "...", "{", "NNNN"];

/// Looks at docs/ and at the documents in the root. A missing path that is planned is listed as `path <path> 1`.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let documents = tree.files("md").filter(|file| file.path.starts_with("docs/") || !file.path.contains('/'));
    for file in documents {
        for (line, word) in quoted(&file.text) {
            let Some(path) = path(word) else { continue };
            if !tree.exists(&path) {
                let text = format!("names `{word}`, but {path} does not exist");
                findings.push(Finding::new(&file.path, line, text).measured("path", path, 1));
            }
        }
    }
    Ok(findings)
}

/// Words in backticks, code blocks left out, with their lines.
fn quoted(text: &str) -> Vec<(usize, &str)> {
    let (mut words, mut block) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if !block {
            words.extend(line.split('`').skip(1).step_by(2).map(|word| (at + 1, word)));
        }
    }
    words
}

/// The path that must exist if `word` is a path or a pattern of paths.
fn path(word: &str) -> Option<String> {
    if word.contains(char::is_whitespace) || !HOMES.iter().any(|home| word.starts_with(home)) {
        return None;
    }
    let word = word.split("::").next().unwrap_or(word);
    let word = word.split(['#', ':']).next().unwrap_or(word);
    let parts = word.split('/').take_while(|part| !PLACEHOLDERS.iter().any(|placeholder| part.contains(placeholder)));
    let path = parts.collect::<Vec<_>>().join("/");
    Some(path.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        let text = "See `host/a/src/lib.rs`, `host/a/src/lib.rs:12`, `host/a/src/<noun>.rs` and `cargo xtask tidy`.\n\
            But `host/a/src/gone.rs` and `host/b/<x>/lib.rs`.\n```\n`host/in/a/block.rs`\n```\n`and/or` is no path.\n";
        let files = [("host/a/src/lib.rs", "//! A."), ("docs/architecture.md", text), ("README.md", "`docs/none.md`")];
        assert_eq!(places(check, &files), ["README.md:1", "docs/architecture.md:2", "docs/architecture.md:2"]);
    }
}
