//! What cargo knows about this checkout: folders, members, their declared dependencies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

/// The checkout, as `cargo metadata` describes it (declared dependencies, nothing resolved, no network).
pub struct Workspace {
    /// Folder of the root manifest.
    pub root: PathBuf,
    /// Where cargo builds to; `target` unless the environment says otherwise.
    pub target: PathBuf,
    /// Members of the workspace.
    pub packages: Vec<Package>,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub fn load() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(root.parent().unwrap_or(root))
    }

    /// The workspace whose root manifest stands in `root`.
    pub fn at(root: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(root)
            .no_deps()
            .exec()
            .with_context(|| format!("cannot read the workspace in {}", root.display()))?;
        Ok(Self {
            root: metadata.workspace_root.into(),
            target: metadata.target_directory.into(),
            packages: metadata.packages,
        })
    }

    /// The member whose manifest stands in `folder`.
    pub fn package_in(&self, folder: &Path) -> Option<&Package> {
        let manifest = folder.join("Cargo.toml");
        self.packages.iter().find(|package| package.manifest_path.as_std_path() == manifest)
    }

    /// Whether the member `package` has a binary called `binary`.
    pub fn has_binary(&self, package: &str, binary: &str) -> bool {
        self.packages
            .iter()
            .filter(|member| member.name.as_str() == package)
            .flat_map(|member| &member.targets)
            .any(|target| target.is_bin() && target.name == binary)
    }

    /// The folder of `package` below the root, with `/` between its parts.
    pub fn folder_of(&self, package: &Package) -> String {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().unwrap_or(manifest);
        let below = folder.strip_prefix(&self.root).unwrap_or(folder);
        below.to_string_lossy().replace('\\', "/")
    }
}
