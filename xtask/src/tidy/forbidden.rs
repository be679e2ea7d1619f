//! What may not be left in code: silenced lints without a reason, unfinished branches, tests that do not run.

use anyhow::Result;

use super::Finding;
use super::source::{closing, words};
use super::tree::{RustFile, Tree};

const MACROS: &[&str] = &["todo", "unimplemented", "dbg"];

/// Code that this code generates cannot `expect`: whether the lint fires depends on what the user wrote.
const GENERATORS: &[&str] = &["sdk/rust/macros/"];

/// Looks at all Rust code, tests included.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.rust("") {
        attributes(file, &mut findings);
        for name in MACROS {
            for at in words(&file.source.code, name) {
                if file.source.code[at + name.len()..].starts_with('!') {
                    findings.push(found(file, at, format!("`{name}!` is for code that is not finished: finish it")));
                }
            }
        }
    }
    Ok(findings)
}

fn attributes(file: &RustFile, findings: &mut Vec<Finding>) {
    let code = &file.source.code;
    for (at, _) in code.match_indices('#') {
        let open = at + 1 + usize::from(code[at + 1..].starts_with('!'));
        if !code[open..].starts_with('[') {
            continue;
        }
        let attribute = &code[open..closing(code, open)];
        let generator = GENERATORS.iter().any(|home| file.path.starts_with(home));
        let allow = words(attribute, "allow").any(|word| attribute[word + 5..].trim_start().starts_with('('));
        if allow && !generator {
            let text = "`allow` outlives its cause: write `#[expect(lint, reason = \"…\")]`";
            findings.push(found(file, at, text.to_owned()));
        }
        if words(attribute, "ignore").any(|word| word == 1) {
            let text = "an ignored test tests nothing: repair it or remove it";
            findings.push(found(file, at, text.to_owned()));
        }
    }
}

fn found(file: &RustFile, at: usize, text: String) -> Finding {
    Finding::new(&file.path, file.source.line(at), text)
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn what_is_forbidden_is_found_in_code_only() {
        let lines = [
            "//! `todo!` and `#[allow(dead_code)]` may be talked about.",
            "#![allow(dead_code)]",
            "#[cfg_attr(test, allow(unused))]",
            "fn a() { todo!() }",
            "fn b() { dbg!(1); unimplemented!() }",
            "#[ignore = \"later\"]",
            "const S: &str = \"todo!()\";",
            "#[expect(dead_code, reason = \"allow (this)\")]",
            "fn allow() { let ignore = [allow()]; }",
        ];
        let found = places(check, &[("host/a/src/lib.rs", &lines.join("\n"))]);
        let mut lines: Vec<&str> = found.iter().filter_map(|place| place.split(':').nth(1)).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["2", "3", "4", "5", "5", "6"]);
    }
}
