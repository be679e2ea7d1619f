//! Whoever writes a plugin reads the contract, and nothing else has to be read: every item in wit/ is documented.
//!
//! A line scan, not a parser: each line that begins an item or a member wants `///` above it. Members that share a line
//! share its comment.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

/// Lines that need no comment of their own.
const PLAIN: &[&str] = &["package ", "use ", "}", "@"];

/// Counts lines without a comment, file by file; old debts are listed as `wit <path> <lines>`.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.files("wit").filter(|file| file.path.starts_with("wit/")) {
        let silent = undocumented(&file.text);
        if let Some(first) = silent.first() {
            let lines: Vec<String> = silent.iter().map(usize::to_string).collect();
            let text = format!("{} lines want a `///` above them: {}", silent.len(), lines.join(", "));
            findings.push(Finding::new(&file.path, *first, text).measured("wit", &file.path, silent.len()));
        }
    }
    Ok(findings)
}

/// Numbers, from 1, of the lines that begin something and have no comment above.
fn undocumented(text: &str) -> Vec<usize> {
    let (mut found, mut documented, mut depth) = (Vec::new(), false, 0_usize);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") {
            documented |= line.starts_with("///");
            continue;
        }
        let continued = depth > 0 || line.starts_with([')', '-']);
        if !continued && !documented && !PLAIN.iter().any(|plain| line.starts_with(plain)) {
            found.push(at + 1);
        }
        documented &= line.starts_with('@');
        depth = (depth + line.matches(['(', '<']).count()).saturating_sub(closed(line));
    }
    found
}

/// Brackets that a line closes; the `>` of an arrow is none.
fn closed(line: &str) -> usize {
    line.replace("->", "").matches([')', '>']).count()
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    const DOCUMENTED: &str = "/// Stages.\npackage a:b@1.0.0;\n\n/// I.\ninterface i {\n  use x.{y};\n  /// R.\n  record r {\n    \
        /// Both.\n    a: u32, b: u32,\n  }\n  /// F.\n  f: func(\n    a: u32,\n  ) -> result<u32,\n    string>;\n}\n";

    #[test]
    fn a_documented_file_is_fine() {
        assert!(undocumented(DOCUMENTED).is_empty(), "{:?}", undocumented(DOCUMENTED));
    }

    #[test]
    fn every_kind_of_line_is_wanted() {
        for comment in ["/// I.", "/// R.", "/// Both.", "/// F."] {
            let planted = DOCUMENTED.replace(comment, "// Not a doc comment.");
            assert_eq!(undocumented(&planted).len(), 1, "{comment} is not missed");
            assert_eq!(places(check, &[("wit/a@1/a.wit", &planted)]).len(), 1);
        }
    }
}
