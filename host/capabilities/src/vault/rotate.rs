//! Moving everything to a new key while the server runs.
//!
//! The order makes it safe to stop anywhere: the new key is in the file before anything is sealed under it, and the old one stays there
//! until nothing is. Whoever opens the vault on a file with several keys finishes the work.

use std::path::PathBuf;

use domain::secret::SealedSecret;
use store::Write;

use super::key::{Key, Ring};
use super::{KeySource, Vault, VaultError, bound, file};

/// Secrets that are sealed anew by one commit.
const AT_ONCE: u32 = 100;

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Id of the key that seals now.
    pub key: String,
    /// How many secrets were sealed anew.
    pub moved: u64,
}

impl Vault {
    /// Makes a new key, seals everything under it, and forgets the old ones.
    ///
    /// # Errors
    /// `secrets.rotate-by-hand` when the key is somebody else's to keep, `secrets.rotating`, `secrets.key-unwritable`; the store cannot be
    /// read or written, and the next rotation or start goes on from there.
    pub async fn rotate(&self) -> Result<Rotation, VaultError> {
        let _alone = self.rotating.try_lock().map_err(|_| VaultError::Rotating)?;
        let path = self.own_file()?;
        {
            let _nobody_seals = self.sealing.write().await;
            let ring = self.ring().behind(Key::generate(self.environment.as_ref()));
            file::write(&path, &ring)?;
            self.set_ring(ring);
        }
        let moved = self.finish().await?;
        Ok(Rotation { key: self.ring().current().id().to_owned(), moved })
    }

    fn own_file(&self) -> Result<PathBuf, VaultError> {
        match &self.source {
            Some(KeySource::File(path)) => Ok(path.clone()),
            Some(KeySource::Text(_, place)) => Err(VaultError::ByHand { place }),
            None => Err(VaultError::ByHand { place: "a test" }),
        }
    }

    /// Seals under the first key whatever is not, then lets the others go. Returns how many were moved.
    pub(super) async fn finish(&self) -> Result<u64, VaultError> {
        let current = self.ring().current();
        let mut moved = 0;
        loop {
            let stale = self.store.secrets().not_under(current.id(), AT_ONCE).await?;
            if stale.is_empty() {
                break;
            }
            let resealed: Vec<SealedSecret> =
                stale.into_iter().map(|secret| self.resealed(secret, &current)).collect::<Result<_, _>>()?;
            moved += resealed.len() as u64;
            self.store.write(vec![Write::Reseal(resealed)]).await?;
        }
        let ring = Ring::of(current);
        match self.own_file().map(|path| file::write(&path, &ring)) {
            Ok(Ok(())) => self.set_ring(ring),
            // The old keys stay readable: they are harmless, and whoever keeps the file takes them out.
            Ok(Err(error)) => tracing::warn!(%error, "the old keys of secrets could not be taken out of their file"),
            Err(_) => {}
        }
        Ok(moved)
    }

    /// The secret under another key. One that was damaged is lost whatever its key, and must not hold up the others: it moves as it is.
    pub(super) fn resealed(&self, secret: SealedSecret, under: &Key) -> Result<SealedSecret, VaultError> {
        let bound = bound(&secret);
        let key = self.ring().find(&secret.key).ok_or_else(|| VaultError::Unreadable { name: secret.name.clone() })?;
        let sealed = match key.open(&bound, &secret.sealed) {
            Some(value) => under.seal(&bound, &value, self.environment.as_ref()),
            None => {
                tracing::error!(secret = %secret.name, "a secret is damaged: set it again");
                secret.sealed
            }
        };
        Ok(SealedSecret { key: under.id().to_owned(), sealed, ..secret })
    }
}
