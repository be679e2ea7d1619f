//! Keys: 32 bytes each, known by an id that tells nothing of them.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::environment::Environment;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::VaultError;

/// Bytes of a nonce. Long enough that random ones never meet.
const NONCE: usize = 24;

/// A key. Clones share it; the last one wipes it.
#[derive(Clone)]
pub(super) struct Key(Arc<Inner>);

struct Inner {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub(super) fn of(bytes: [u8; 32]) -> Key {
        let bytes = Zeroizing::new(bytes);
        let hash = Sha256::new().chain_update(b"mainsheet key id\0").chain_update(bytes.as_slice()).finalize();
        let id = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Key(Arc::new(Inner { id, bytes }))
    }

    pub(super) fn generate(environment: &dyn Environment) -> Key {
        let mut bytes = Zeroizing::new([0; 32]);
        environment.random(bytes.as_mut_slice());
        Key::of(*bytes)
    }

    /// By what rows name it.
    pub(super) fn id(&self) -> &str {
        &self.0.id
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0.bytes).into())
    }

    /// A fresh nonce and the ciphertext of `value`, bound to `bound`.
    pub(super) fn seal(&self, bound: &[u8], value: &[u8], environment: &dyn Environment) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        environment.random(&mut nonce);
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), Payload { msg: value, aad: bound });
        // It fails for values of 256 GiB alone, which nothing of ours takes.
        [nonce.as_slice(), &sealed.unwrap_or_default()].concat()
    }

    /// What was sealed; absent when it was sealed under another key or for another place, or was changed.
    pub(super) fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let opened = self.cipher().decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: bound });
        opened.ok().map(Zeroizing::new)
    }
}

/// Keys that can be read; one of them seals.
#[derive(Clone)]
pub(super) struct Ring {
    current: Key,
    older: Vec<Key>,
}

impl Ring {
    pub(super) fn of(key: Key) -> Ring {
        Ring { current: key, older: Vec::new() }
    }

    /// Reads keys out of a text: base64 of 32 bytes each, on lines of their own or with commas between; lines with `#` are comments.
    pub(super) fn read(text: &str, place: &str) -> Result<Ring, VaultError> {
        let malformed = |reason: &str| VaultError::KeyMalformed { place: place.to_owned(), reason: reason.to_owned() };
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let mut keys = Vec::new();
        for word in lines.flat_map(|line| line.split(',')).map(str::trim).filter(|word| !word.is_empty()) {
            let bytes = STANDARD.decode(word).map(Zeroizing::new).ok();
            let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
            let bytes = bytes
                .ok_or_else(|| malformed("a key is 32 bytes in base64, as `openssl rand -base64 32` makes one"))?;
            keys.push(Key::of(bytes));
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(|| malformed("it is empty; `openssl rand -base64 32` makes a key"))?;
        Ok(Ring { current, older: keys.collect() })
    }

    /// The keys as [`Ring::read`] takes them.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64 * self.len() + 256));
        text.push_str("# Keys of Mainsheet's secrets. The first one seals; the others are read until everything is sealed anew.\n");
        text.push_str(
            "# Without them the secrets in the database are lost: back this file up, and apart from the database.\n",
        );
        for key in self.all() {
            text.push_str(&Zeroizing::new(STANDARD.encode(key.0.bytes.as_slice())));
            text.push('\n');
        }
        text
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// The one that seals.
    pub(super) fn current(&self) -> Key {
        self.current.clone()
    }

    pub(super) fn find(&self, id: &str) -> Option<Key> {
        self.all().find(|key| key.id() == id).cloned()
    }

    pub(super) fn len(&self) -> usize {
        1 + self.older.len()
    }

    /// The same behind a new one that seals.
    pub(super) fn behind(&self, key: Key) -> Ring {
        Ring { current: key, older: self.all().cloned().collect() }
    }
}
