//! Large bytes as files, called by the digest of what they hold.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass, code::code};
use runtime::Blobs;
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::SetupError;
use crate::grant::Grants;

/// Most bytes that one `create` may bring.
const MOST_CREATED: usize = 16 * 1024 * 1024;

/// Most bytes of one read.
const MOST_READ: u32 = 1024 * 1024;

/// Blobs below one folder.
pub(crate) struct Files {
    folder: PathBuf,
    grants: Arc<Grants>,
}

/// A blob that is being written; it has no name before its last byte.
pub(crate) struct Draft {
    path: PathBuf,
    file: File,
    hash: Sha256,
}

impl Files {
    pub(crate) fn new(folder: PathBuf, grants: Arc<Grants>) -> Result<Files, SetupError> {
        std::fs::create_dir_all(folder.join("drafts")).map_err(|source| SetupError::Folder { folder: folder.clone(), source })?;
        Ok(Files { folder, grants })
    }

    /// Begins a blob.
    pub(crate) async fn draft(&self) -> io::Result<Draft> {
        let unique: u128 = unique_name();
        let path = self.folder.join("drafts").join(format!("{unique:032x}"));
        let file = File::create_new(&path).await?;
        Ok(Draft { path, file, hash: Sha256::new() })
    }

    /// Opens a blob to be read from its beginning.
    pub(crate) async fn open(&self, id: &str) -> Result<File, Failure> {
        let unknown = || Failure::new(FailureClass::NotFound, code("blob.not-found"), format!("There is no blob `{id}`."));
        let is_digest = id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_digest {
            return Err(unknown());
        }
        match File::open(self.path(id)).await {
            Ok(file) => Ok(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(unknown()),
            Err(error) => Err(broken(&error)),
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(&id[..2]).join(id)
    }

    /// Ends a blob: durable under its digest, which is its id. The same bytes give the same id.
    pub(crate) async fn keep(&self, draft: Draft) -> io::Result<String> {
        draft.file.sync_all().await?;
        let id: String = draft.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let home = self.path(&id);
        if let Some(folder) = home.parent() {
            fs::create_dir_all(folder).await?;
            fs::rename(&draft.path, &home).await?;
            File::open(folder).await?.sync_all().await?;
        }
        Ok(id)
    }
}

impl Draft {
    /// Adds bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes).await
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // A kept draft is gone from here already; one that was not kept must not stay.
        let _gone_or_kept = std::fs::remove_file(&self.path);
    }
}

/// A name for a draft that no other draft has; nobody needs to be kept from guessing it.
fn unique_name() -> u128 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    u128::from(std::process::id()) << 64 | u128::from(number)
}

/// What a failing disk is for a plugin.
pub(crate) fn broken(error: &io::Error) -> Failure {
    Failure::new(FailureClass::Unavailable, code("blob.unavailable"), format!("The server's blob storage fails: {error}."))
}

#[async_trait]
impl Blobs for Files {
    async fn size(&self, scope: &Scope, id: &str) -> Result<u64, Failure> {
        self.grants.blobs(scope)?;
        let file = self.open(id).await?;
        file.metadata().await.map(|metadata| metadata.len()).map_err(|error| broken(&error))
    }

    async fn read(&self, scope: &Scope, id: &str, offset: u64, max: u32) -> Result<Bytes, Failure> {
        self.grants.blobs(scope)?;
        let mut file = self.open(id).await?;
        let read = async {
            file.seek(io::SeekFrom::Start(offset)).await?;
            let mut bytes = Vec::new();
            file.take(max.min(MOST_READ).into()).read_to_end(&mut bytes).await?;
            Ok(Bytes::from(bytes))
        };
        read.await.map_err(|error: io::Error| broken(&error))
    }

    async fn create(&self, scope: &Scope, _media_type: &str, bytes: Bytes) -> Result<String, Failure> {
        self.grants.blobs(scope)?;
        if bytes.len() > MOST_CREATED {
            let message = format!("A blob of {} bytes is more than the {MOST_CREATED} that one call may create.", bytes.len());
            return Err(Failure::new(FailureClass::InvalidInput, code("blob.too-large"), message));
        }
        let create = async {
            let mut draft = self.draft().await?;
            draft.write(&bytes).await?;
            self.keep(draft).await
        };
        create.await.map_err(|error| broken(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plugin::call::Mode;

    fn scope(blobs: bool) -> Scope {
        Scope {
            plugin: "p".into(),
            digest: domain::Digest::of(b""),
            grants: domain::plugin::Grants { blobs, ..Default::default() },
            mode: Mode::Act,
            application: String::new(),
            execution: String::new(),
            key: String::new(),
        }
    }

    #[tokio::test]
    async fn what_was_created_can_be_read_under_its_digest() {
        let folder = tempfile::tempdir().expect("a folder");
        let (sender, _denials) = tokio::sync::mpsc::channel(8);
        let files = Files::new(folder.path().to_owned(), Arc::new(Grants::new(Vec::new(), sender))).expect("blobs");
        let scope_with = scope(true);
        let id = files.create(&scope_with, "text/plain", Bytes::from_static(b"hello world")).await.expect("created");
        assert_eq!(id, domain::Digest::of(b"hello world").to_string());
        assert_eq!(files.create(&scope_with, "x", Bytes::from_static(b"hello world")).await.expect("again"), id);
        assert_eq!(files.size(&scope_with, &id).await, Ok(11));
        assert_eq!(files.read(&scope_with, &id, 6, 3).await, Ok(Bytes::from_static(b"wor")));
        assert_eq!(files.read(&scope_with, &id, 99, 3).await, Ok(Bytes::new()));
        for wrong in ["../../etc/passwd", "", &"f".repeat(64)] {
            let failure = files.size(&scope_with, wrong).await.expect_err("unknown");
            assert_eq!(failure.code.as_str(), "blob.not-found");
        }
        assert_eq!(files.size(&scope(false), &id).await.expect_err("no grant").code.as_str(), "blob.denied");
        let drafts = std::fs::read_dir(folder.path().join("drafts")).expect("drafts").count();
        assert_eq!(drafts, 0, "drafts are gone");
    }
}
