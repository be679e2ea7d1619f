//! `cargo xtask plugins`: every plugin as a component, in one cargo call.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Artifact, Message, PackageId};
use clap::Args;

use crate::command;
use crate::workspace::Workspace;

const WASM: &str = "wasm32-wasip2";

/// Options of `plugins`.
#[derive(Args)]
pub struct Arguments {
    /// Build the test guests of tests/guests as well.
    #[arg(long)]
    guests: bool,
}

impl Arguments {
    /// Everything: plugins and guests.
    pub const fn with_guests() -> Self {
        Self { guests: true }
    }

    /// What is shipped.
    pub const fn without_guests() -> Self {
        Self { guests: false }
    }
}

/// A place where component crates live, and where their components are put.
#[derive(Clone, Copy)]
struct Home {
    /// What these crates are called in messages.
    noun: &'static str,
    /// Folder below the root.
    folder: &'static str,
    /// How many folders deep a crate stands in it.
    depth: usize,
    /// Folder below cargo's target folder.
    output: &'static str,
    /// Whether a component is called like its package, because folder names repeat across kinds, or like its folder.
    by_package: bool,
}

/// The plugins that are shipped: `plugins/<kind>s/<name>`, package `<kind>-<name>`, to `target/plugins/<kind>-<name>.wasm`.
const PLUGINS: Home = Home { noun: "plugin", folder: "plugins", depth: 2, output: "plugins", by_package: true };
/// The components that only tests run: `tests/guests/<name>` to `target/guests/<name>.wasm`.
const GUESTS: Home = Home { noun: "guest", folder: "tests/guests", depth: 1, output: "guests", by_package: false };

/// Builds the plugins, and the guests where asked, and puts their components in place.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let homes: &[Home] = if arguments.guests { &[PLUGINS, GUESTS] } else { &[PLUGINS] };
    let mut crates = Vec::new();
    for home in homes {
        let found = members(workspace, *home)?;
        if found.is_empty() {
            println!("no {} crates under {}/ yet", home.noun, home.folder);
        }
        crates.extend(found);
    }
    if !crates.is_empty() {
        ensure_target(workspace)?;
        let built = compile(workspace, &crates)?;
        for member in &crates {
            let component = built.get(&member.id).with_context(|| {
                format!(
                    "{} built no component: its manifest needs [lib] crate-type = [\"cdylib\", \"rlib\"]",
                    member.folder
                )
            })?;
            place(component, &member.place)?;
        }
    }
    homes.iter().try_for_each(|home| remove_strays(workspace, *home, &crates))
}

/// A crate that becomes a component.
struct Member {
    id: PackageId,
    package: String,
    folder: String,
    place: PathBuf,
}

fn members(workspace: &Workspace, home: Home) -> Result<Vec<Member>> {
    let mut found: BTreeMap<PathBuf, Member> = BTreeMap::new();
    for folder in folders(&workspace.root.join(home.folder), home.depth) {
        if !folder.join("Cargo.toml").is_file() {
            continue;
        }
        let package = workspace.package_in(&folder).with_context(|| {
            format!("{} is not a member of the workspace: add its folder to `members` in Cargo.toml", folder.display())
        })?;
        let name = match folder.file_name() {
            Some(name) if !home.by_package => name,
            _ => OsStr::new(package.name.as_str()),
        };
        let place = workspace.target.join(home.output).join(name).with_extension("wasm");
        let member = Member {
            id: package.id.clone(),
            package: package.name.to_string(),
            folder: workspace.folder_of(package),
            place: place.clone(),
        };
        if let Some(other) = found.get(&place) {
            bail!("{} and {} have one name, but a plugin is known by it: rename one", other.folder, member.folder);
        }
        found.insert(place, member);
    }
    Ok(found.into_values().collect())
}

/// The folders that stand `depth` levels below `folder`, in order of name; none where it does not exist.
fn folders(folder: &Path, depth: usize) -> Vec<PathBuf> {
    if depth == 0 {
        return vec![folder.to_owned()];
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    below.sort();
    below.iter().flat_map(|path| folders(path, depth - 1)).collect()
}

/// Makes sure that the standard library of the components' target is there.
pub fn ensure_target(workspace: &Workspace) -> Result<()> {
    let rustc = Command::new("rustc")
        .current_dir(&workspace.root)
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .context("cannot start `rustc`")?;
    let library = PathBuf::from(String::from_utf8_lossy(&rustc.stdout).trim());
    if rustc.status.success() && library.is_dir() {
        return Ok(());
    }
    println!("adding the target {WASM} to the toolchain");
    command::run(Command::new("rustup").current_dir(&workspace.root).args(["target", "add", WASM])).with_context(|| {
        format!(
            "plugins are built for {WASM}, which this toolchain lacks and rustup could not add; \
             install it (`rustup target add {WASM}`, or your distribution's package) and try again"
        )
    })
}

fn compile(workspace: &Workspace, crates: &[Member]) -> Result<BTreeMap<PackageId, PathBuf>> {
    let words = ["build", "--profile", "plugin", "--target", WASM, "--message-format", "json-render-diagnostics"];
    let mut cargo = command::cargo(workspace, &words);
    for member in crates {
        cargo.arg("--package").arg(&member.package);
    }
    let mut child =
        cargo.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{}`", command::line(&cargo)))?;
    let messages = child.stdout.take().context("cargo has no output")?;
    let mut built = BTreeMap::new();
    for message in Message::parse_stream(BufReader::new(messages)) {
        if let Message::CompilerArtifact(artifact) = message.context("cannot read cargo's messages")?
            && let Some(component) = component(&artifact)
        {
            built.insert(artifact.package_id, component);
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{}` failed ({status})", command::line(&cargo));
    Ok(built)
}

fn component(artifact: &Artifact) -> Option<PathBuf> {
    let file = artifact.filenames.iter().find(|file| file.extension() == Some("wasm"))?;
    artifact.target.is_cdylib().then(|| file.clone().into_std_path_buf())
}

/// Copies `component` to `place` if it differs: whole or not at all, because a server may be watching the folder.
fn place(component: &Path, place: &Path) -> Result<()> {
    let bytes = fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    if fs::read(place).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let draft = place.with_extension("wasm.part");
    fs::write(&draft, &bytes)
        .and_then(|()| fs::rename(&draft, place))
        .with_context(|| format!("cannot write {}", place.display()))?;
    println!("{:>8} KiB  {}", bytes.len().div_ceil(1024), place.display());
    Ok(())
}

/// A renamed plugin would otherwise be served under both names.
fn remove_strays(workspace: &Workspace, home: Home, crates: &[Member]) -> Result<()> {
    let Ok(entries) = fs::read_dir(workspace.target.join(home.output)) else {
        return Ok(());
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let component = path.extension() == Some(OsStr::new("wasm"));
        if component && !crates.iter().any(|member| member.place == path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            println!("     gone  {} (no such {} any more)", path.display(), home.noun);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_copied_only_if_it_differs() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.wasm"), folder.path().join("out/a.wasm"));
        fs::write(&from, b"one").unwrap();
        place(&from, &to).unwrap();
        let first = fs::metadata(&to).unwrap().modified().unwrap();
        place(&from, &to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), first, "equal bytes were written again");
        fs::write(&from, b"two").unwrap();
        place(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1, "a draft was left behind");
    }

    #[test]
    fn crates_are_found_at_their_depth_and_a_missing_home_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("stages/wait/src")).unwrap();
        fs::create_dir_all(folder.path().join("providers/http")).unwrap();
        let names = folders(folder.path(), 2);
        assert_eq!(names, [folder.path().join("providers/http"), folder.path().join("stages/wait")]);
        assert!(folders(&folder.path().join("nowhere"), 2).is_empty());
    }
}
