//! The watched folder: what is new in it, or has changed, is installed. Taking a file out removes nothing.
//!
//! What was installed from it is remembered by its bytes and grants, so that a restart neither compiles nor asks anything, and does
//! not undo what an operator has switched meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use bytes::Bytes;
use domain::code::{Code, code};
use domain::plugin::{Grants, Installed};
use domain::{Digest, Params};
use store::Write;

use super::Granted;
use crate::{App, AppError, Caller, ErrorClass};

/// Setting that remembers the folder: file to mark.
const REMEMBERED: &str = "plugin-folder";
/// Largest file with grants that is read.
const LARGEST_GRANTS: u64 = 1 << 20;

/// What became of the components of a folder.
#[derive(Clone, Debug, Default)]
pub struct FolderReport {
    /// New or changed, and in the catalogue now.
    pub installed: Vec<Installed>,
    /// As they were when they were installed from here; what was done to them since stays done.
    pub unchanged: usize,
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
    /// Installs every new or changed `*.wasm` of `folder`, in order of name. Grants are what `<name>.grants.json` beside it says: an object of
    /// grants, or the text `"wanted"` for everything that the manifest wants; `unsaid` where there is no such file. One bad component
    /// stops no other.
    ///
    /// # Errors
    /// `plugin.folder-unreadable`.
    pub async fn install_folder(&self, folder: &Path, unsaid: &Granted) -> Result<FolderReport, AppError> {
        let mut report = FolderReport::default();
        let before = self.remembered().await?;
        let mut marks = BTreeMap::new();
        for path in components(folder).await? {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match self.install_file(&path, unsaid, before.get(&file)).await {
                Ok((mark, installed)) => {
                    report.unchanged += usize::from(installed.is_none());
                    report.installed.extend(installed);
                    marks.insert(file, mark);
                }
                Err(error) => {
                    tracing::warn!(%file, %error, "a component of the plugin folder was not installed");
                    report.refused.push(Refused { file, code: error.code, message: error.message });
                }
            }
        }
        if marks != before {
            let value = Params::new(serde_json::json!(marks));
            self.inner.store.write(vec![Write::Setting { key: REMEMBERED.into(), value }]).await?;
        }
        self.inner.refused.write().unwrap_or_else(PoisonError::into_inner).clone_from(&report.refused);
        Ok(report)
    }

    /// Components of the watched folder that were not installed when it was last looked at.
    #[must_use]
    pub fn refused_plugins(&self, _: &Caller) -> Vec<Refused> {
        self.inner.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Installs a file unless it bears the mark `before`. Returns its mark.
    async fn install_file(
        &self,
        path: &Path,
        unsaid: &Granted,
        before: Option<&String>,
    ) -> Result<(String, Option<Installed>), AppError> {
        let granted = grants_beside(path).await?.unwrap_or_else(|| unsaid.clone());
        let bytes = Bytes::from(tokio::fs::read(path).await.map_err(|error| unreadable(path, &error))?);
        let mark = format!("{} {granted:?}", Digest::of(&bytes));
        if before == Some(&mark) {
            return Ok((mark, None));
        }
        let installed = self.install_plugin(&Caller::system(), bytes, granted).await?;
        Ok((mark, Some(installed)))
    }

    async fn remembered(&self) -> Result<BTreeMap<String, String>, AppError> {
        let stored = self.inner.store.settings().get(REMEMBERED).await?;
        let members = stored.as_ref().and_then(|stored| stored.value().as_object()).into_iter().flatten();
        Ok(members.filter_map(|(file, mark)| Some((file.clone(), mark.as_str()?.to_owned()))).collect())
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
