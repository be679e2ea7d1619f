//! Every error that a user can see has a stable code, and every code has a page that says what to do.
//!
//! A code is a string literal such as `pipeline.cycle` (kebab-case words with dots) in one of these positions:
//! `code: "…"`, `.code = "…"`, `Code("…")`, `code("…")`, `Code::new("…")`, `code!("…")`, inside the body of a function
//! called `code`, or anywhere in a file called `error.rs`. Host crates owe a page for each, examples left out; plugins and the SDK
//! may have pages too.

use std::collections::BTreeMap;

use anyhow::Result;

use super::Finding;
use super::source::Source;
use super::tree::Tree;

const PAGES: &str = "docs/errors/";
const POSITIONS: &[&str] = &["code:", ".code =", "Code(", "code(", "Code::new(", "code!("];

/// Compares codes in sources with the pages.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut known = BTreeMap::new();
    let sources = ["host/", "plugins/", "sdk/"];
    for file in sources.into_iter().flat_map(|home| tree.rust(home)) {
        if file.path.contains("/examples/") {
            continue;
        }
        for (code, at) in codes(&file.source, file.path.ends_with("/error.rs")) {
            let place = (file.path.clone(), file.source.line(at));
            known.entry(code).or_insert_with(Vec::new).push(place);
        }
    }
    for (code, places) in &known {
        let owed = places.iter().find(|(path, _)| path.starts_with("host/"));
        if let Some((path, line)) = owed.filter(|_| !tree.exists(&format!("{PAGES}{code}.md"))) {
            findings.push(Finding::new(path, *line, format!("`{code}` has no page: write {PAGES}{code}.md")));
        }
    }
    for file in tree.files("md") {
        let Some(name) = file.path.strip_prefix(PAGES).and_then(|name| name.strip_suffix(".md")) else {
            continue;
        };
        if !is_code(name) {
            continue;
        }
        if !known.contains_key(name) {
            findings.push(Finding::new(&file.path, 0, format!("no source names the code `{name}`: remove the page")));
        }
        if file.text.lines().next() != Some(&format!("# {name}")) {
            findings.push(Finding::new(&file.path, 1, format!("the first line of the page is `# {name}`")));
        }
    }
    Ok(findings)
}

/// Codes in a file, tests left out, with the offsets of their literals.
fn codes(source: &Source, anywhere: bool) -> Vec<(String, usize)> {
    let bodies: Vec<_> = source.functions().into_iter().filter(|function| function.name == "code").collect();
    let codes = source.literals.iter().filter(|literal| is_code(&literal.text) && !source.in_test(literal.start));
    let codes = codes.filter(|literal| {
        let inside = anywhere || bodies.iter().any(|body| body.span.contains(&literal.start));
        inside || POSITIONS.iter().any(|position| ends_with(source.before(literal.start), position))
    });
    codes.map(|literal| (literal.text.clone(), literal.start)).collect()
}

fn ends_with(code: &str, position: &str) -> bool {
    let Some(before) = code.strip_suffix(position) else {
        return false;
    };
    position.starts_with('.') || !before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}

/// Two or more words of small letters, digits and dashes with dots between them.
fn is_code(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    text.contains('.') && text.split('.').all(word)
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn every_position_is_recognised() {
        let text = "fn code(&self) -> &str { match self { A => \"a.match\" } }\n\
            fn f() { X { code: \"a.field\" }; x.code = \"a.set\"; Code(\"a.tuple\"); code(\n  \"a.call\"); \
            Code::new(\"a.new\"); code!(\"a.macro\"); decode(\"not.this\"); host: \"example.com\" }\n\
            #[cfg(test)]\nmod tests { fn t() { code(\"a.test\") } }";
        let found: Vec<String> = codes(&Source::parse(text), false).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, ["a.match", "a.field", "a.set", "a.tuple", "a.call", "a.new", "a.macro"]);
    }

    #[test]
    fn a_code_without_page_and_a_page_without_code_are_found() {
        let source = "//! A.\nfn f() { code(\"pipeline.cycle\"); code(\"pipeline.gone\"); code(\"plain\"); }\n";
        let files = [
            ("host/domain/src/error.rs", source),
            ("plugins/providers/http/src/lib.rs", "//! A.\nfn f() { code(\"http.refused\"); }"),
            ("docs/errors/pipeline.cycle.md", "# pipeline.cycle\n"),
            ("docs/errors/http.refused.md", "# HTTP\n"),
            ("docs/errors/never.raised.md", "# never.raised\n"),
            ("docs/errors/README.md", "# Errors\n"),
        ];
        let found = places(check, &files);
        assert_eq!(
            found,
            ["host/domain/src/error.rs:2", "docs/errors/http.refused.md:1", "docs/errors/never.raised.md:0"]
        );
    }
}
