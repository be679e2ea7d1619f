//! The key file: readable by its owner alone, and replaced whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::VaultError;
use super::key::Ring;

/// Its owner may read and write it.
const OWNER_ONLY: u32 = 0o600;

/// Reads it; absent when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Ring>, VaultError> {
    let unreadable = |reason| VaultError::KeyUnreadable { path: path.to_owned(), reason };
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(file = %path.display(), mode = format!("{:o}", mode & 0o777), "others may read the key of secrets: chmod 600 it");
    }
    Ring::read(&text, &path.display().to_string()).map(Some)
}

/// Writes it: beside its place first, then into it, each step durable before the next.
pub(super) fn write(path: &Path, ring: &Ring) -> Result<(), VaultError> {
    replace(path, &ring.text()).map_err(|reason| VaultError::KeyUnwritable { path: path.to_owned(), reason })
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&beside)?;
    // One that a crash left may have been opened up by somebody.
    file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
