//! Large bytes, by the digest of their content: `<data>/blobs/<2 digits>/<sha256>`. The same bytes are kept once.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use domain::code::code;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass};
use runtime::Blobs;
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::grant::Grant;

/// Bytes that one call reads at once.
const AT_ONCE: u32 = 4 << 20;

/// The folder of all blobs.
pub(crate) struct Folder {
    path: PathBuf,
    most: u64,
    grant: Arc<Grant>,
}

/// A blob that is being written; dropped, it leaves nothing.
pub(crate) struct Draft {
    folder: PathBuf,
    aside: PathBuf,
    file: File,
    hash: Sha256,
    size: u64,
    most: u64,
}

impl Folder {
    pub(crate) fn new(path: PathBuf, most: u64, grant: Arc<Grant>) -> Folder {
        Folder { path, most, grant }
    }

    /// The file of a blob, for sending.
    ///
    /// # Errors
    /// `not-found`, or `denied`.
    pub(crate) async fn open(&self, scope: &Scope, id: &str) -> Result<File, Failure> {
        self.grant.blobs(scope, &format!("the blob `{id}`"))?;
        let path = self.place(id).ok_or_else(|| unknown(id))?;
        File::open(path).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => unknown(id),
            _ => broken(&error),
        })
    }

    /// A new blob.
    ///
    /// # Errors
    /// `denied`, or the disk's.
    pub(crate) async fn draft(&self, scope: &Scope) -> Result<Draft, Failure> {
        static TURN: AtomicU64 = AtomicU64::new(0);
        self.grant.blobs(scope, "a new blob")?;
        fs::create_dir_all(&self.path).await.map_err(|error| broken(&error))?;
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let aside = self.path.join(format!("{}.{turn}.tmp", std::process::id()));
        let file = File::create(&aside).await.map_err(|error| broken(&error))?;
        Ok(Draft { folder: self.path.clone(), aside, file, hash: Sha256::new(), size: 0, most: self.most })
    }

    fn place(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| place(&self.path, id))
    }
}

impl Draft {
    /// Adds bytes.
    ///
    /// # Errors
    /// It is too large, or the disk's.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.most {
            let message = format!("A blob has at most {} bytes.", self.most);
            return Err(Failure::new(FailureClass::InvalidInput, code("blob.too-large"), message));
        }
        self.hash.update(bytes);
        self.file.write_all(bytes).await.map_err(|error| broken(&error))
    }

    /// Keeps it and answers its id.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) async fn keep(mut self) -> Result<String, Failure> {
        let kept = async {
            self.file.flush().await?;
            self.file.sync_all().await?;
            let digest = std::mem::take(&mut self.hash).finalize();
            let id: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            let place = place(&self.folder, &id);
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder).await?;
            }
            fs::rename(&self.aside, place).await?;
            Ok(id)
        };
        kept.await.map_err(|error: io::Error| broken(&error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Kept, it is not there any more.
        let _ = std::fs::remove_file(&self.aside);
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn size(&self, scope: &Scope, id: &str) -> Result<u64, Failure> {
        let file = self.open(scope, id).await?;
        file.metadata().await.map(|metadata| metadata.len()).map_err(|error| broken(&error))
    }

    async fn read(&self, scope: &Scope, id: &str, offset: u64, max: u32) -> Result<Bytes, Failure> {
        let mut file = self.open(scope, id).await?;
        let mut bytes = Vec::new();
        let read = async {
            file.seek(io::SeekFrom::Start(offset)).await?;
            file.take(u64::from(max.min(AT_ONCE))).read_to_end(&mut bytes).await
        };
        read.await.map_err(|error| broken(&error))?;
        Ok(bytes.into())
    }

    /// The media type says nothing that anybody asks for yet; it is not kept.
    async fn create(&self, scope: &Scope, _media_type: &str, bytes: Bytes) -> Result<String, Failure> {
        let mut draft = self.draft(scope).await?;
        draft.write(&bytes).await?;
        draft.keep().await
    }
}

/// Ids are digests; anything else would be a path.
fn is_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn place(folder: &Path, id: &str) -> PathBuf {
    folder.join(id.get(..2).unwrap_or_default()).join(id)
}

fn unknown(id: &str) -> Failure {
    Failure::new(FailureClass::NotFound, code("blob.unknown"), format!("There is no blob `{id}`."))
}

fn broken(error: &io::Error) -> Failure {
    Failure::new(FailureClass::Unavailable, code("blob.disk"), format!("The folder of blobs cannot be used: {error}."))
}
