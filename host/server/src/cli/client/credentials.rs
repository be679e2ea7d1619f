//! Tokens that `mainsheet login` keeps: `credentials.json` in the user's configuration folder, readable by its owner only.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Tokens by server address.
#[derive(Default, Serialize, Deserialize)]
pub struct Credentials {
    /// Address, without a slash at the end, to token.
    #[serde(default)]
    pub tokens: BTreeMap<String, String>,
}

impl Credentials {
    /// Where they are kept.
    #[must_use]
    pub fn place() -> Option<PathBuf> {
        crate::config::user_folder().map(|folder| folder.join("credentials.json"))
    }

    /// What is kept; nothing where there is no file.
    ///
    /// # Errors
    /// The file cannot be read or is no JSON.
    pub fn load(place: &Path) -> io::Result<Credentials> {
        match fs::read_to_string(place) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Credentials::default()),
            Err(error) => Err(error),
        }
    }

    /// Keeps them, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, place: &Path) -> io::Result<()> {
        store(place, &serde_json::to_string_pretty(self)?)
    }
}

/// Writes a secret to `place`, whole or not at all, readable by its owner only.
///
/// # Errors
/// The folder or the file cannot be written.
pub fn store(place: &Path, secret: &str) -> io::Result<()> {
    if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = place.with_extension("part");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(secret.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&draft, place)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("mainsheet/credentials.json");
        let mut credentials = Credentials::load(&place).unwrap();
        credentials.tokens.insert("http://127.0.0.1:1".into(), "secret".into());
        credentials.save(&place).unwrap();
        credentials.save(&place).unwrap();
        assert_eq!(Credentials::load(&place).unwrap().tokens["http://127.0.0.1:1"], "secret");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
