//! `cargo xtask tidy`: the house rules that a compiler cannot check. One file a rule; each rule looks at the whole
//! [`Tree`] and returns what it found. A test runs them all, so `cargo test` is the whole truth.
//!
//! Where a rule has a limit that old code exceeds, the excess stands in `exceptions.txt`, which may only shrink.

mod dependencies;
mod doc_paths;
mod error_codes;
mod exceptions;
mod fences;
mod forbidden;
mod json;
mod module_docs;
mod names;
mod plugin_folders;
mod plugin_names;
mod sizes;
mod source;
mod tree;
mod wit_docs;
mod wit_lock;

use anyhow::{Result, bail};
use clap::Args;

use crate::workspace::Workspace;
use exceptions::Exceptions;
use tree::Tree;

/// Options of `tidy`.
#[derive(Args)]
pub struct Arguments {
    /// Accept the contract in wit/ as it stands: rewrites wit.lock.
    #[arg(long)]
    bless: bool,
    /// Remove exceptions that are not needed any more, and lower those that are too large.
    #[arg(long)]
    shrink: bool,
}

/// Something that a rule does not like.
#[derive(Debug, PartialEq)]
struct Finding {
    /// Path below the root.
    path: String,
    /// Line in it, from 1; 0 where the finding is about the whole file or folder.
    line: usize,
    /// What is wrong and what to do.
    text: String,
    /// Present where the rule has a limit and an exception is possible.
    measure: Option<Measure>,
}

/// How far a limit is exceeded, and by whom.
#[derive(Debug, PartialEq)]
struct Measure {
    /// First word of the exception's line.
    kind: &'static str,
    /// Second word: a path, with `::name` where the path is not enough.
    subject: String,
    /// Third word.
    number: usize,
}

impl Finding {
    fn new(path: impl Into<String>, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.into(), line, text: text.into(), measure: None }
    }

    fn measured(self, kind: &'static str, subject: impl Into<String>, number: usize) -> Self {
        Self { measure: Some(Measure { kind, subject: subject.into(), number }), ..self }
    }
}

/// A rule's name and the rule.
type Rule = (&'static str, fn(&Tree) -> Result<Vec<Finding>>);

const RULES: &[Rule] = &[
    ("dependencies", dependencies::check),
    ("fences", fences::check),
    ("module-docs", module_docs::check),
    ("names", names::check),
    ("sizes", sizes::check),
    ("json", json::check),
    ("wit-lock", wit_lock::check),
    ("wit-docs", wit_docs::check),
    ("error-codes", error_codes::check),
    ("doc-paths", doc_paths::check),
    ("plugin-names", plugin_names::check),
    ("plugin-folders", plugin_folders::check),
    ("forbidden", forbidden::check),
];

/// Checks the checkout and prints what was found.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if arguments.bless {
        wit_lock::bless(&Tree::read(&workspace.root)?)?;
    }
    if arguments.shrink {
        let tree = Tree::read(&workspace.root)?;
        Exceptions::read(&tree)?.shrink(&tree, &findings(&tree)?)?;
    }
    let complaints = complaints(&Tree::read(&workspace.root)?)?;
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!("{} findings; the rules are explained in docs/style.md", complaints.len());
    }
    println!("tidy: {} rules hold", RULES.len());
    Ok(())
}

/// What all rules found in `tree`, less what `exceptions.txt` lists, as lines for people.
fn complaints(tree: &Tree) -> Result<Vec<String>> {
    let remaining = Exceptions::read(tree)?.settle(findings(tree)?);
    let lines = remaining.into_iter().map(|(rule, finding)| {
        let Finding { path, line, text, .. } = finding;
        let place = if line == 0 { path } else { format!("{path}:{line}") };
        format!("{place}: [{rule}] {text}")
    });
    Ok(lines.collect())
}

fn findings(tree: &Tree) -> Result<Vec<(&'static str, Finding)>> {
    let mut all = Vec::new();
    for (name, rule) in RULES {
        all.extend(rule(tree)?.into_iter().map(|finding| (*name, finding)));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If you are here because this failed: each line names a place and a rule. `cargo xtask tidy` prints the same list in
    /// a second. docs/style.md says why each rule is there.
    #[test]
    fn the_tree_is_tidy() {
        let workspace = Workspace::load().unwrap();
        let complaints = complaints(&Tree::read(&workspace.root).unwrap()).unwrap();
        assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    }
}
