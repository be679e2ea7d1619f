//! Why a vault is not opened, or a secret is not.

use std::path::PathBuf;

use domain::code::{Code, code};
use store::{ReadError, WriteError};

/// Why not. Each has a page in `docs/errors/`.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Something is sealed, and there is no key.
    #[error(
        "secrets are stored, but their key is gone: {place} does not exist. Put the key {} back there, or name its file with --secrets-key-file", .keys.join(", ")
    )]
    KeyMissing {
        /// Where it was looked for.
        place: String,
        /// Ids of the keys that are needed.
        keys: Vec<String>,
    },
    /// Something is sealed under another key.
    #[error("secrets are stored under the key {}, which {place} does not hold: give that key, or put it as a line below the new one", .keys.join(", "))]
    KeyWrong {
        /// Where keys come from.
        place: String,
        /// Ids of those that are needed.
        keys: Vec<String>,
    },
    /// What is given is no key.
    #[error("{place} holds no key of secrets: {reason}")]
    KeyMalformed {
        /// Where it comes from.
        place: String,
        /// What is wrong with it; never the text itself.
        reason: String,
    },
    /// The key file cannot be read.
    #[error("the key file {path} cannot be read: {reason}")]
    KeyUnreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The key file cannot be written.
    #[error(
        "the key file {path} cannot be written: {reason}. Make it writable for the server, or put a new key as a line above the old one and restart: everything is sealed anew then"
    )]
    KeyUnwritable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The key is not ours to change.
    #[error(
        "the key comes from {place}, which the server cannot change: put a new key before the old one there, with a comma between, and restart. Everything is sealed anew then, and the old one can go"
    )]
    ByHand {
        /// Where it comes from.
        place: &'static str,
    },
    /// Another rotation is under way.
    #[error("secrets are being sealed anew already; ask again when that is done")]
    Rotating,
    /// There is no such secret for whoever asks.
    #[error("there is no secret `{name}`")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// It cannot be opened: its row was changed by somebody else than us, or it is no text where one is needed.
    #[error("the secret `{name}` cannot be read: what is stored was damaged, or is no text; set it again")]
    Unreadable {
        /// Its name.
        name: String,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl VaultError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            VaultError::KeyMissing { .. } => code("secrets.key-missing"),
            VaultError::KeyWrong { .. } => code("secrets.key-wrong"),
            VaultError::KeyMalformed { .. } => code("secrets.key-malformed"),
            VaultError::KeyUnreadable { .. } => code("secrets.key-unreadable"),
            VaultError::KeyUnwritable { .. } => code("secrets.key-unwritable"),
            VaultError::ByHand { .. } => code("secrets.rotate-by-hand"),
            VaultError::Rotating => code("secrets.rotating"),
            VaultError::Unknown { .. } => code("secret.unknown"),
            VaultError::Unreadable { .. } => code("secret.unreadable"),
            VaultError::Read(_) | VaultError::Write(_) => code("store.failed"),
        }
    }
}
