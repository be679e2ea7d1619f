//! JSON is parsed at the edge. Inside of the host a `serde_json::Value` is a type that nobody has thought of yet.

use anyhow::Result;

use super::Finding;
use super::source::{closing, words};
use super::tree::Tree;

/// Where a `serde_json::Value` may be named, and why. A `/` at the end means everything below.
const ALLOWED: &[(&str, &str)] = &[
    ("host/domain/", "owns users' documents: pipelines as written, parameters, contexts"),
    ("host/expression/", "evaluates over them"),
    ("host/app/", "validates them against schemas and hands them on"),
    ("host/api/", "wire shapes"),
    ("host/store/", "rows: JSON columns become domain values here"),
    ("host/server/src/cli/", "a client of the HTTP interface shows documents as they come"),
];

/// Looks for the type in host crates, tests left out.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.rust("host/") {
        if ALLOWED.iter().any(|(home, _)| file.path.starts_with(home)) {
            continue;
        }
        let code = &file.source.code;
        for at in file.source.words("serde_json") {
            let rest = &code[at + "serde_json".len()..];
            let Some(named) = rest.strip_prefix("::") else {
                continue;
            };
            let group = if named.starts_with('{') { closing(named, 0) } else { path_end(named) };
            if words(&named[..group], "Value").next().is_some() {
                let text = "`serde_json::Value` away from the edge: parse it into a type (the list is in xtask/src/tidy/json.rs)";
                findings.push(Finding::new(&file.path, file.source.line(at), text));
            }
        }
    }
    Ok(findings)
}

fn path_end(code: &str) -> usize {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    code.find(|character| !part(character)).unwrap_or(code.len())
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn a_value_is_found_however_it_is_named() {
        let text = "//! A.\nuse serde_json::{Map, Value};\nfn f(v: serde_json::Value) {}\nuse serde_json::value::Value;\n\
            fn g() { serde_json::to_value(1); }\n#[cfg(test)]\nmod tests { use serde_json::Value; }\n";
        let files = [
            ("host/engine/src/drive.rs", text),
            ("host/domain/src/params.rs", text),
            ("plugins/stages/a/src/lib.rs", text),
        ];
        let found = places(check, &files);
        assert_eq!(found, ["host/engine/src/drive.rs:2", "host/engine/src/drive.rs:3", "host/engine/src/drive.rs:4"]);
    }
}
