//! Puts the pages of `docs/errors` into the program, so that every error's link works wherever the server runs.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let pages = root.join("../../docs/errors");
    // Relative to this package: what a build folder says of it holds in every checkout that uses it.
    println!("cargo::rerun-if-changed=../../docs/errors");
    let mut entries = Vec::new();
    for entry in fs::read_dir(&pages)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md")
            && let Some(code) = path.file_stem().and_then(|stem| stem.to_str())
        {
            entries.push((code.to_owned(), path.canonicalize()?));
        }
    }
    entries.sort();
    let lines: Vec<String> = entries
        .iter()
        .map(|(code, path)| format!("({code:?}, include_str!({:?})),\n", path.display().to_string()))
        .collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("error_pages.rs");
    fs::write(out, format!("&[\n{}]", lines.concat()))
}
