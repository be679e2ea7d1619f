//! A name says what is inside. These names say that nobody looked for one, and such files only ever grow.

use anyhow::Result;

use super::Finding;
use super::source::identifier;
use super::tree::Tree;

const BANNED: &[&str] = &["util", "utils", "common", "helpers", "misc", "types", "models", "manager"];

/// Looks at the paths of Rust files and at the modules declared in them.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.files("rs") {
        let parts = file.path.trim_end_matches(".rs").split('/');
        for name in parts.filter(|part| BANNED.contains(part)) {
            findings.push(Finding::new(&file.path, 0, complaint(name)));
        }
    }
    for file in tree.rust("") {
        let code = &file.source.code;
        for at in super::source::words(code, "mod") {
            let rest = code[at + 3..].trim_start();
            let name = identifier(rest);
            let inline = rest[name.len()..].trim_start().starts_with('{');
            if inline && BANNED.contains(&name) {
                findings.push(Finding::new(&file.path, file.source.line(at), complaint(name)));
            }
        }
    }
    Ok(findings)
}

fn complaint(name: &str) -> String {
    format!("`{name}` names nothing: put the code beside its user, or name the concept")
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn files_folders_and_inline_modules_are_looked_at() {
        let files = [
            ("host/a/src/utils.rs", "//! A."),
            ("host/a/src/common/page.rs", "//! A."),
            ("host/a/src/page.rs", "//! A.\nmod types { }\n// mod misc {}\n"),
            ("host/a/src/typeset.rs", "//! Not `types`."),
        ];
        let found = places(check, &files);
        assert_eq!(found, ["host/a/src/common/page.rs:0", "host/a/src/utils.rs:0", "host/a/src/page.rs:2"]);
    }
}
