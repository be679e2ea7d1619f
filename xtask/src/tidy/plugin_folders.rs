//! Every plugin looks alike from outside: src/, README.md, and for stages cases/ with at least one case.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

const KINDS: &[&str] = &["stages", "providers", "triggers"];

/// Looks at the folders in plugins/.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for plugin in tree.plugins() {
        let mut missing = |what: &str| findings.push(Finding::new(&plugin.folder, 0, what));
        if !KINDS.contains(&plugin.kind.as_str()) {
            missing("stands under no kind of plugin: move it to plugins/stages, plugins/providers or plugins/triggers");
        }
        if !tree.exists(&format!("{}/README.md", plugin.folder)) {
            missing("has no README.md: say what it does, its configuration and its outputs");
        }
        if !tree.has_file_below(&format!("{}/src", plugin.folder)) {
            missing("has no src/");
        }
        if plugin.kind == "stages" && !tree.has_file_below(&format!("{}/cases", plugin.folder)) {
            missing("has no case in cases/: show what the stage decides");
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn what_a_plugin_lacks_is_found() {
        let files = [
            ("plugins/stages/wait/README.md", ""),
            ("plugins/stages/wait/src/lib.rs", "//! A."),
            ("plugins/stages/wait/cases/after.yaml", ""),
            ("plugins/stages/bare/Cargo.toml", ""),
            ("plugins/providers/http/README.md", ""),
            ("plugins/providers/http/src/lib.rs", "//! A."),
            ("plugins/clouds/one/README.md", ""),
            ("plugins/clouds/one/src/lib.rs", "//! A."),
        ];
        let bare = "plugins/stages/bare:0";
        assert_eq!(places(check, &files), ["plugins/clouds/one:0", bare, bare, bare]);
    }
}
