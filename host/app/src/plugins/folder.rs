//! The watched folder: what lies in it is installed. Taking a file out removes nothing.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use bytes::Bytes;
use domain::code::{Code, code};
use domain::plugin::{Grants, Installed};

use super::Granted;
use crate::{App, AppError, Caller, ErrorClass};

/// Largest file with grants that is read.
const LARGEST_GRANTS: u64 = 1 << 20;

/// What became of the components of a folder.
#[derive(Clone, Debug, Default)]
pub struct FolderReport {
    /// In the catalogue now, as they were before or new.
    pub installed: Vec<Installed>,
    /// Not in it.
    pub refused: Vec<Refused>,
}

/// A component that was not installed.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its file's name.
    pub file: String,
    /// Why; stable.
    pub code: Code,
    /// Why, as a sentence.
    pub message: String,
}

impl App {
    /// Installs every `*.wasm` of `folder`, in order of name. Grants are what `<name>.grants.json` beside it says: an object of
    /// grants, or the text `"wanted"` for everything that the manifest wants; `unsaid` where there is no such file. One bad component
    /// stops no other.
    ///
    /// # Errors
    /// `plugin.folder-unreadable`.
    pub async fn install_folder(&self, folder: &Path, unsaid: &Granted) -> Result<FolderReport, AppError> {
        let mut report = FolderReport::default();
        for path in components(folder).await? {
            match self.install_file(&path, unsaid).await {
                Ok(installed) => report.installed.push(installed),
                Err(error) => {
                    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    tracing::warn!(%file, %error, "a component of the plugin folder was not installed");
                    report.refused.push(Refused { file, code: error.code, message: error.message });
                }
            }
        }
        self.inner.refused.write().unwrap_or_else(PoisonError::into_inner).clone_from(&report.refused);
        Ok(report)
    }

    /// Components of the watched folder that were not installed when it was last looked at.
    #[must_use]
    pub fn refused_plugins(&self, _: &Caller) -> Vec<Refused> {
        self.inner.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn install_file(&self, path: &Path, unsaid: &Granted) -> Result<Installed, AppError> {
        let granted = grants_beside(path).await?.unwrap_or_else(|| unsaid.clone());
        let bytes = tokio::fs::read(path).await.map_err(|error| unreadable(path, &error))?;
        self.install_plugin(&Caller::system(), Bytes::from(bytes), granted).await
    }
}

async fn components(folder: &Path) -> Result<Vec<PathBuf>, AppError> {
    let mut entries = tokio::fs::read_dir(folder).await.map_err(|error| unreadable(folder, &error))?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(|error| unreadable(folder, &error))? {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && path.extension().is_some_and(|extension| extension == "wasm") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

async fn grants_beside(path: &Path) -> Result<Option<Granted>, AppError> {
    let beside = path.with_extension("grants.json");
    match tokio::fs::metadata(&beside).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&beside, &error)),
        Ok(found) if found.len() > LARGEST_GRANTS => return Err(wrong_grants("it is larger than 1 MiB")),
        Ok(_) => {}
    }
    let text = tokio::fs::read_to_string(&beside).await.map_err(|error| unreadable(&beside, &error))?;
    Granted::parse(&text).map(Some)
}

impl Granted {
    /// Grants as operators write them: an object of grants, or `wanted` (bare, or as JSON text).
    ///
    /// # Errors
    /// `plugin.grants-invalid`.
    pub fn parse(text: &str) -> Result<Granted, AppError> {
        if matches!(text.trim(), "wanted" | "\"wanted\"") {
            return Ok(Granted::Wanted);
        }
        let grants: Grants = serde_json::from_str(text).map_err(|error| wrong_grants(&error.to_string()))?;
        Ok(Granted::These(grants))
    }
}

fn wrong_grants(why: &str) -> AppError {
    let message = format!(
        "The grants cannot be read: {why}. Write `wanted`, or an object such as {{\"http\": {{\"hosts\": [\"api.example.com\"]}}}}."
    );
    AppError::new(ErrorClass::Invalid, code("plugin.grants-invalid"), message)
}

fn unreadable(path: &Path, error: &std::io::Error) -> AppError {
    let message = format!("{} cannot be read: {error}.", path.display());
    AppError::new(ErrorClass::Unavailable, code("plugin.folder-unreadable"), message)
}
