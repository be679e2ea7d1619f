//! The vault: secrets sealed at rest, and the only place where they are opened.
//!
//! XChaCha20-Poly1305 under a key of 32 bytes that is not in the database. What is sealed is bound to its name and its account, so that a
//! row cannot be put in the place of another. Several keys can be read at once, the first one seals: so everything moves to a new key while
//! the server runs, and a crash on the way loses nothing (docs/decisions/0220-secrets-are-sealed-and-referred-to.md).

mod error;
mod file;
mod key;
mod revealed;
mod rotate;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use domain::Timestamp;
use domain::environment::Environment;
use domain::id::AccountName;
use domain::plugin::call::AccountView;
use domain::secret::{self, SealedSecret};
use store::Store;
use zeroize::Zeroizing;

pub use error::VaultError;
use key::{Key, Ring};
pub use revealed::Revealed;
pub use rotate::Rotation;

/// Where the key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file, which is ours to rewrite: made at the first start, and at every rotation.
    File(PathBuf),
    /// A text that somebody else keeps, and its place for people: the variable.
    Text(KeyText, &'static str),
}

/// The text of keys: never printed, wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(Zeroizing<String>);

impl From<String> for KeyText {
    fn from(text: String) -> KeyText {
        KeyText(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for KeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyText")
    }
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeySource::File(path) => f.debug_tuple("File").field(path).finish(),
            KeySource::Text(_, place) => f.debug_tuple("Text").field(place).finish(),
        }
    }
}

/// Seals and opens secrets.
pub struct Vault {
    store: Store,
    environment: Arc<dyn Environment>,
    source: Option<KeySource>,
    ring: RwLock<Ring>,
    /// Held for reading from a seal until its commit: a rotation waits for those, so that nothing comes under the old key behind its back.
    sealing: tokio::sync::RwLock<()>,
    /// One rotation at a time.
    rotating: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Leave to seal; to be held until what was sealed is committed.
pub struct Sealing<'v> {
    vault: &'v Vault,
    _until_committed: tokio::sync::RwLockReadGuard<'v, ()>,
}

impl Vault {
    /// Opens the vault of `store`. Makes a key if there is no key file and nothing is sealed; goes on with a rotation that was broken off.
    ///
    /// # Errors
    /// `secrets.key-missing`, `secrets.key-wrong`: something is sealed under a key that is not given. `secrets.key-malformed`,
    /// `secrets.key-unreadable`, `secrets.key-unwritable`. The store cannot be read or written.
    pub async fn open(
        store: Store,
        environment: Arc<dyn Environment>,
        source: KeySource,
    ) -> Result<Arc<Vault>, VaultError> {
        let sealed = store.secrets().keys().await?;
        let (ring, place) = match &source {
            KeySource::Text(text, place) => (Ring::read(&text.0, place)?, (*place).to_owned()),
            KeySource::File(path) => {
                let place = path.display().to_string();
                let ring = match file::read(path)? {
                    Some(ring) => ring,
                    None if sealed.is_empty() => {
                        let ring = Ring::of(Key::generate(environment.as_ref()));
                        file::write(path, &ring)?;
                        tracing::info!(file = %place, key = ring.current().id(), "made a key for secrets; back it up, and apart from the database");
                        ring
                    }
                    None => return Err(VaultError::KeyMissing { place, keys: sealed }),
                };
                (ring, place)
            }
        };
        let missing: Vec<String> = sealed.into_iter().filter(|id| ring.find(id).is_none()).collect();
        if !missing.is_empty() {
            return Err(VaultError::KeyWrong { place, keys: missing });
        }
        let vault = Arc::new(Vault::with(store, environment, Some(source), ring));
        if vault.ring().len() > 1 {
            let moved = vault.finish().await?;
            tracing::info!(%place, moved, "secrets are sealed under the first key; the others are not needed any more");
        }
        Ok(vault)
    }

    /// A vault whose key nobody keeps: for tests of other things.
    #[must_use]
    pub fn forgetful(store: Store, environment: Arc<dyn Environment>) -> Arc<Vault> {
        Arc::new(Vault::with(store, environment, None, Ring::of(Key::of([7; 32]))))
    }

    fn with(store: Store, environment: Arc<dyn Environment>, source: Option<KeySource>, ring: Ring) -> Vault {
        Vault {
            store,
            environment,
            source,
            ring: RwLock::new(ring),
            sealing: tokio::sync::RwLock::new(()),
            rotating: tokio::sync::Mutex::new(()),
        }
    }

    /// Leave to seal.
    pub async fn sealing(&self) -> Sealing<'_> {
        Sealing { vault: self, _until_committed: self.sealing.read().await }
    }

    /// The value of a secret: of the operator's without `account`, else of that account's.
    ///
    /// # Errors
    /// `secret.unknown`, also for a secret that belongs to somebody else; `secret.unreadable`.
    pub async fn reveal(&self, name: &str, account: Option<&str>) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let unknown = || VaultError::Unknown { name: name.to_owned() };
        // A rotation may end between the read of the row and the look at the keys; the row is under the new key then.
        for _ in 0..2 {
            let sealed = self.store.secrets().get(name).await?.ok_or_else(unknown)?;
            let owner = sealed.account.as_ref().map(AccountName::as_str);
            let theirs = match (owner, account) {
                (None, _) => true,
                (Some(owner), Some(account)) => owner.eq_ignore_ascii_case(account),
                (Some(_), None) => false,
            };
            if !theirs {
                return Err(unknown());
            }
            let key = self.ring().find(&sealed.key);
            if let Some(key) = key {
                let opened = key.open(&bound(&sealed), &sealed.sealed);
                return opened.ok_or_else(|| VaultError::Unreadable { name: name.to_owned() });
            }
        }
        Err(VaultError::Unreadable { name: name.to_owned() })
    }

    /// An account with the values of its secrets: for the host's edge, which adds them to what leaves. Its own secrets and the
    /// operator's are opened, nobody else's.
    ///
    /// # Errors
    /// As [`Vault::reveal`]; `secret.unreadable` for one that is no text.
    pub async fn reveal_account(&self, account: &AccountView) -> Result<Revealed, VaultError> {
        let mut revealed = Revealed::new(account.config.clone());
        for (pointer, name) in secret::references(account.config.value()) {
            let bytes = self.reveal(&name, Some(&account.name)).await?;
            let text = std::str::from_utf8(&bytes).map_err(|_| VaultError::Unreadable { name: name.clone() })?;
            revealed.put(pointer, Zeroizing::new(text.to_owned()));
        }
        Ok(revealed)
    }

    fn ring(&self) -> Ring {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_ring(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }
}

impl Sealing<'_> {
    /// Seals a value under `name`.
    #[must_use]
    pub fn seal(&self, name: &str, account: Option<&AccountName>, value: &[u8], now: Timestamp) -> SealedSecret {
        let key = self.vault.ring().current();
        let mut sealed = SealedSecret {
            name: name.to_owned(),
            account: account.cloned(),
            key: key.id().to_owned(),
            sealed: Vec::new(),
            created: now,
            updated: now,
        };
        sealed.sealed = key.seal(&bound(&sealed), value, self.vault.environment.as_ref());
        sealed
    }
}

/// What a ciphertext is bound to. Account names are compared without regard to case, and are bound so.
fn bound(secret: &SealedSecret) -> Vec<u8> {
    let account = secret.account.as_ref().map_or(String::new(), |account| account.as_str().to_ascii_lowercase());
    format!("mainsheet secret 1\0{}\0{account}", secret.name).into_bytes()
}

#[cfg(test)]
mod tests;
