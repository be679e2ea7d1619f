//! Crates import only downwards, and only what this table allows. A new edge is a line here, to be seen in review.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;
use crate::workspace::Workspace;

/// Our crates with the crates of ours that each may name. Order: what is imported stands above what imports it.
const TABLE: &[(&str, &[&str])] = &[
    ("expression", &[]),
    ("bindings", &[]),
    ("domain", &["expression"]),
    ("scheduler", &["domain"]),
    ("store", &["domain"]),
    ("runtime", &["domain", "bindings"]),
    ("capabilities", &["domain", "store", "runtime"]),
    ("app", &["domain", "expression", "scheduler", "store", "runtime", "capabilities"]),
    ("engine", &["app", "domain", "expression", "scheduler", "store", "runtime", "capabilities"]),
    ("api", &["domain", "app"]),
    ("server", HOST),
    ("mainsheet-sdk-macros", &[]),
    ("mainsheet-sdk", &["mainsheet-sdk-macros"]),
    ("tests", TEST_BED),
    ("xtask", &[]),
];

const HOST: &[&str] =
    &["expression", "bindings", "domain", "scheduler", "store", "runtime", "capabilities", "app", "engine", "api"];

const TEST_BED: &[&str] = &[
    "expression",
    "bindings",
    "domain",
    "scheduler",
    "store",
    "runtime",
    "capabilities",
    "app",
    "engine",
    "api",
    "server",
    "mainsheet-sdk",
];

/// What a plugin or a test guest may name.
const COMPONENT: &[&str] = &["mainsheet-sdk"];

/// Crates that may use `anyhow`; those below one of these folders may as well.
const ANYHOW: &[&str] = &["host/server", "xtask", "tests", "sdk", "plugins"];

/// Compares the declared dependencies of every kind with the table.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if !tree.exists("Cargo.toml") {
        return Ok(findings);
    }
    let workspace = Workspace::at(&tree.root)?;
    let members: Vec<&str> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &workspace.packages {
        let folder = workspace.folder_of(package);
        let manifest = format!("{folder}/Cargo.toml");
        let Some(allowed) = allowed(&package.name, &folder) else {
            let text =
                format!("`{}` has no row in xtask/src/tidy/dependencies.rs: say what it may import", package.name);
            findings.push(Finding::new(manifest, 0, text));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            // Scenarios play the same logic natively that the components hold.
            let linked = package.name.as_str() == "tests"
                && ["guest-", "stage-", "provider-"].iter().any(|kind| name.starts_with(kind));
            if members.contains(&name) && !allowed.contains(&name) && !linked {
                let text = format!("`{}` may not depend on `{name}`: crates import only downwards", package.name);
                findings.push(Finding::new(&manifest, 0, text));
            }
            if name == "anyhow" && !ANYHOW.iter().any(|home| below(&folder, home)) {
                let text = format!(
                    "`{}` needs typed errors: anyhow is for the very edge ({})",
                    package.name,
                    ANYHOW.join(", ")
                );
                findings.push(Finding::new(&manifest, 0, text));
            }
        }
    }
    Ok(findings)
}

fn allowed(package: &str, folder: &str) -> Option<&'static [&'static str]> {
    if below(folder, "plugins") || below(folder, "tests/guests") {
        return Some(COMPONENT);
    }
    TABLE.iter().find(|(name, _)| *name == package).map(|(_, allowed)| *allowed)
}

fn below(folder: &str, home: &str) -> bool {
    folder.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    const ROOT: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"host/*\", \"plugins/*/*\"]\n";

    fn manifest(name: &str, dependencies: &str) -> String {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}")
    }

    fn planted(domain: &str, plugin: &str) -> Vec<(&'static str, String)> {
        vec![
            ("Cargo.toml", ROOT.to_owned()),
            ("host/domain/Cargo.toml", manifest("domain", domain)),
            ("host/domain/src/lib.rs", String::new()),
            ("host/store/Cargo.toml", manifest("store", "domain = { path = \"../domain\" }\n")),
            ("host/store/src/lib.rs", String::new()),
            ("plugins/stages/wait/Cargo.toml", manifest("stage-wait", plugin)),
            ("plugins/stages/wait/src/lib.rs", String::new()),
        ]
    }

    fn found(domain: &str, plugin: &str) -> Vec<String> {
        let files = planted(domain, plugin);
        places(check, &files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>())
    }

    #[test]
    fn an_edge_downwards_is_fine_and_one_upwards_is_not() {
        assert!(found("", "").is_empty());
        let upwards = "[dev-dependencies]\nstore = { path = \"../store\" }\n";
        assert_eq!(found(upwards, ""), ["host/domain/Cargo.toml:0"]);
    }

    #[test]
    fn a_plugin_sees_the_sdk_only() {
        let host = "domain = { path = \"../../../host/domain\" }\n";
        assert_eq!(found("", host), ["plugins/stages/wait/Cargo.toml:0"]);
    }

    #[test]
    fn anyhow_stays_at_the_edge() {
        assert_eq!(found("anyhow = \"1\"\n", "anyhow = \"1\"\n"), ["host/domain/Cargo.toml:0"]);
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_refused() {
        let root = "[workspace]\nresolver = \"3\"\nmembers = [\"host/*\"]\n";
        let stranger = manifest("stranger", "");
        let files = [("Cargo.toml", root), ("host/stranger/Cargo.toml", &stranger), ("host/stranger/src/lib.rs", "")];
        assert_eq!(places(check, &files), ["host/stranger/Cargo.toml:0"]);
    }

    #[test]
    fn every_row_imports_only_rows_above_it() {
        for (at, (name, allowed)) in TABLE.iter().enumerate() {
            let above: Vec<&str> = TABLE[..at].iter().map(|(name, _)| *name).collect();
            assert!(allowed.iter().all(|one| above.contains(one)), "{name} imports upwards");
        }
    }
}
