//! Each heavy library is used by as few host crates as possible, so that the others build and test in seconds.

use anyhow::Result;

use super::Finding;
use super::tree::Tree;
use crate::workspace::Workspace;

/// Families of libraries with the host crates that may name them. `axum` stands for `axum` and every `axum-…`.
const FENCES: &[(&str, &[&str])] = &[
    ("axum", &["api", "server"]),
    ("hyper", &["api", "server"]),
    ("tower-http", &["api", "server"]),
    ("utoipa", &["api", "server"]),
    ("sqlx", &["store"]),
    ("wasmtime", &["runtime", "bindings"]),
    ("reqwest", &["capabilities"]),
    ("kube", &["capabilities"]),
];

/// Looks for fenced libraries among the dependencies, of every kind, of host crates.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if !tree.exists("Cargo.toml") {
        return Ok(findings);
    }
    let workspace = Workspace::at(&tree.root)?;
    for package in &workspace.packages {
        let folder = workspace.folder_of(package);
        if !folder.starts_with("host/") {
            continue;
        }
        for dependency in &package.dependencies {
            let Some((family, homes)) = fence(&dependency.name) else {
                continue;
            };
            if !homes.contains(&package.name.as_str()) {
                let text = format!("`{}` is fenced: only {} may use {family}", dependency.name, homes.join(" and "));
                findings.push(Finding::new(format!("{folder}/Cargo.toml"), 0, text));
            }
        }
    }
    Ok(findings)
}

fn fence(library: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    let inside = |rest: &str| rest.is_empty() || rest.starts_with('-');
    FENCES.iter().find(|(family, _)| library.strip_prefix(family).is_some_and(inside))
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    fn found(package: &str, library: &str) -> Vec<String> {
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{library} = \"1\"\n"
        );
        let path = format!("host/{package}/Cargo.toml");
        let lib = format!("host/{package}/src/lib.rs");
        let root = "[workspace]\nresolver = \"3\"\nmembers = [\"host/*\"]\n";
        places(check, &[("Cargo.toml", root), (&path, &manifest), (&lib, "")])
    }

    #[test]
    fn a_library_outside_of_its_fence_is_found() {
        assert_eq!(found("engine", "wasmtime-wasi"), ["host/engine/Cargo.toml:0"]);
        assert_eq!(found("app", "axum"), ["host/app/Cargo.toml:0"]);
        assert_eq!(found("api", "sqlx"), ["host/api/Cargo.toml:0"]);
    }

    #[test]
    fn a_library_inside_of_its_fence_is_not() {
        assert!(found("runtime", "wasmtime-wasi").is_empty());
        assert!(found("capabilities", "reqwest").is_empty());
        assert!(found("engine", "hyperloglog").is_empty(), "a family is its name or its name and a dash");
    }
}
