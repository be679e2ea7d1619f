//! A file is read in one sitting, a function on one screen. Tests do not count.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

const FILE: usize = 400;
const FUNCTION: usize = 60;

/// Measures every Rust file and every function outside of tests.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.rust("") {
        let lines = file.source.lines_without_tests();
        if lines > FILE {
            let text = format!("{lines} lines without tests, {FILE} are enough: find the second concept and cut there");
            findings.push(Finding::new(&file.path, 0, text).measured("file", &file.path, lines));
        }
        for function in file.source.functions() {
            let first = file.source.line(function.span.start);
            let lines = file.source.line(function.span.end - 1) - first + 1;
            if lines > FUNCTION {
                let text = format!("`{}` has {lines} lines, {FUNCTION} are enough: name its parts", function.name);
                let subject = format!("{}::{}", file.path, function.name);
                findings.push(Finding::new(&file.path, first, text).measured("function", subject, lines));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn long_files_and_functions_are_found_and_tests_do_not_count() {
        let long = |name: &str| format!("fn {name}() {{\n{}}}\n", "    act();\n".repeat(FUNCTION - 1));
        let fits = format!("fn fits() {{\n{}}}\n", "    act();\n".repeat(FUNCTION - 2));
        let filler = "use a;\n".repeat(FILE);
        let files = [
            ("host/a/src/long.rs", format!("//! A.\n{}{fits}", long("f"))),
            ("host/a/src/many.rs", format!("//! A.\n{filler}")),
            ("host/a/src/tested.rs", format!("//! A.\n#[cfg(test)]\nmod tests {{\n{filler}{}}}\n", long("t"))),
            ("host/a/tests/it.rs", format!("//! A.\n{filler}")),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(places(check, &files), ["host/a/src/long.rs:2", "host/a/src/many.rs:0"]);
    }
}
