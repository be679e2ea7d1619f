//! The checkout as the rules see it: paths, texts, and what a lexer says about Rust files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::source::Source;

/// Folders that are not ours or not source.
const SKIPPED: &[&str] = &["target", "node_modules", ".git", "mainsheet-data"];
/// Files whose text some rule reads.
const READ: &[&str] = &["rs", "md", "wit"];

/// Every path of a checkout, and the text of those that rules read.
pub struct Tree {
    /// Where it stands.
    pub root: PathBuf,
    paths: BTreeSet<String>,
    files: Vec<File>,
    rust: Vec<RustFile>,
}

/// A file with its text.
pub struct File {
    /// Path below the root, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A Rust file that has been looked at by the lexer.
pub struct RustFile {
    /// Path below the root.
    pub path: String,
    /// Code, literals, test regions.
    pub source: Source,
}

impl Tree {
    /// Reads the checkout in `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { root: root.to_owned(), paths: BTreeSet::new(), files: Vec::new(), rust: Vec::new() };
        tree.walk(root)?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree.rust = tree.files("rs").map(RustFile::of).collect();
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if SKIPPED.contains(&&*name) {
                continue;
            }
            let below = path.strip_prefix(&self.root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if path.is_dir() {
                self.walk(&path)?;
                continue;
            }
            self.insert(&below);
            if path.extension().is_some_and(|extension| READ.iter().any(|read| extension == *read)) {
                let text = fs::read_to_string(&path).with_context(|| format!("cannot read {below}"))?;
                self.files.push(File { path: below, text });
            }
        }
        Ok(())
    }

    /// Adds a file and the folders above it. An empty folder is none: git does not keep it.
    fn insert(&mut self, file: &str) {
        let folders = file.match_indices('/').map(|(end, _)| file[..end].to_owned());
        self.paths.extend(folders);
        self.paths.insert(file.to_owned());
    }

    /// Whether a file or folder of this path exists; a `/` at the end does not matter.
    pub fn exists(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    /// Names of the folders directly in `folder`.
    pub fn folders_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.paths
            .iter()
            .filter_map(move |path| path.strip_prefix(folder)?.strip_prefix('/'))
            .filter(|name| !name.contains('/'))
            .filter(move |name| self.root.join(folder).join(name).is_dir())
    }

    /// Whether there is a file anywhere below `folder`.
    pub fn has_file_below(&self, folder: &str) -> bool {
        self.paths
            .iter()
            .filter(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
            .any(|path| self.root.join(path).is_file())
    }

    /// The files read, with this extension.
    pub fn files<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.rsplit('.').next() == Some(extension))
    }

    /// Rust files whose path begins with `prefix`.
    pub fn rust<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a RustFile> + 'a {
        self.rust.iter().filter(move |file| file.path.starts_with(prefix))
    }

    /// Names of plugins with their folders: `plugins/<kind>/<name>`.
    pub fn plugins(&self) -> Vec<Plugin> {
        let kinds = self.folders_in("plugins");
        let plugins = kinds.flat_map(|kind| {
            let home = format!("plugins/{kind}");
            let names: Vec<String> = self.folders_in(&home).map(str::to_owned).collect();
            names.into_iter().map(move |name| Plugin { folder: format!("{home}/{name}"), kind: kind.to_owned(), name })
        });
        plugins.collect()
    }
}

impl RustFile {
    fn of(file: &File) -> Self {
        let source = if is_test(&file.path) { Source::all_test(&file.text) } else { Source::parse(&file.text) };
        Self { path: file.path.clone(), source }
    }
}

/// A folder `plugins/<kind>/<name>`.
pub struct Plugin {
    /// Path below the root.
    pub folder: String,
    /// `stages`, `providers` or `triggers`.
    pub kind: String,
    /// What the plugin is known by.
    pub name: String,
}

/// Whether a file is test code as a whole. The test bed, `tests/src`, is a program like any other.
fn is_test(path: &str) -> bool {
    let bed = path.strip_prefix("tests/src/").unwrap_or(path);
    bed.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
}

#[cfg(test)]
pub mod planted {
    //! Small trees in temporary folders, each planted with a violation.

    use super::*;

    /// A tree of these files, read back from disk, and the folder that goes with it.
    pub fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        (folder, tree)
    }

    /// What `rule` finds in a tree of these files, as `path:line`.
    pub fn places(rule: fn(&Tree) -> Result<Vec<super::super::Finding>>, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, tree) = tree(files);
        let findings = rule(&tree).unwrap();
        findings.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
    }
}
