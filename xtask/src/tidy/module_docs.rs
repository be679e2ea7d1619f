//! Every Rust file begins by saying what it is for.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

/// Looks at the first line of every Rust file.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let silent = tree.files("rs").filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|rest| rest.trim().is_empty())
    });
    let text = "begins without `//!`: say in a sentence what the file is for";
    Ok(silent.map(|file| Finding::new(&file.path, 1, text)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn a_file_without_module_docs_is_found() {
        let files = [
            ("host/a/src/lib.rs", "//! What it is.\n"),
            ("host/a/src/b.rs", "use std::fmt;\n//! Too late.\n"),
            ("plugins/stages/c/src/lib.rs", "//!\nfn c() {}\n"),
        ];
        assert_eq!(places(check, &files), ["host/a/src/b.rs:1", "plugins/stages/c/src/lib.rs:1"]);
    }
}
