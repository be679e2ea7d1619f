//! Keys as handles: what is computed from a secret leaves the host, the secret does not. Natively opening a key fails with `sdk.no-host`.

use crate::Failure;
#[cfg(target_arch = "wasm32")]
use crate::bindings::provider::mainsheet::host::sign as wit;

/// A key that only the host can see. Algorithms stand in `wit/host@1`.
pub struct Key {
    #[cfg(target_arch = "wasm32")]
    handle: wit::Key,
    #[cfg(not(target_arch = "wasm32"))]
    never: std::convert::Infallible,
}

#[cfg(target_arch = "wasm32")]
impl Key {
    /// Opens a secret as a key, its bytes behind `prefix`.
    ///
    /// # Errors
    /// `denied` without a grant for signing, `not-found` for a secret that does not exist.
    pub fn open(secret: &str, prefix: &[u8]) -> Result<Self, Failure> {
        Ok(Self { handle: wit::open(secret, prefix)? })
    }

    /// A new key: the MAC of `data` under this one.
    #[must_use]
    pub fn derive(&self, algorithm: &str, data: &[u8]) -> Self {
        Self { handle: self.handle.derive(algorithm, data) }
    }

    /// The MAC of `data`.
    #[must_use]
    pub fn mac(&self, algorithm: &str, data: &[u8]) -> Vec<u8> {
        self.handle.mac(algorithm, data)
    }

    /// Whether `mac` is the MAC of `data`, compared in constant time.
    #[must_use]
    pub fn verify(&self, algorithm: &str, data: &[u8], mac: &[u8]) -> bool {
        self.handle.verify(algorithm, data, mac)
    }

    /// The signature of `data` under a private key.
    #[must_use]
    pub fn sign(&self, algorithm: &str, data: &[u8]) -> Vec<u8> {
        self.handle.sign(algorithm, data)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Key {
    /// Fails: there is no host.
    ///
    /// # Errors
    /// Always, with `sdk.no-host`.
    pub fn open(_: &str, _: &[u8]) -> Result<Self, Failure> {
        Err(Failure::new(
            crate::FailureClass::Unavailable,
            crate::code("sdk.no-host"),
            "Keys exist only inside a host.",
        ))
    }

    /// See the component's version.
    #[must_use]
    pub fn derive(&self, _: &str, _: &[u8]) -> Self {
        match self.never {}
    }

    /// See the component's version.
    #[must_use]
    pub fn mac(&self, _: &str, _: &[u8]) -> Vec<u8> {
        match self.never {}
    }

    /// See the component's version.
    #[must_use]
    pub fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> bool {
        match self.never {}
    }

    /// See the component's version.
    #[must_use]
    pub fn sign(&self, _: &str, _: &[u8]) -> Vec<u8> {
        match self.never {}
    }
}
