//! Large bytes, kept by the host. Only inside a host: natively every call fails with `sdk.no-host`.

use crate::Failure;

/// Size in bytes.
///
/// # Errors
/// `not-found` for an id that this call may not read.
pub fn size(id: &str) -> Result<f64, Failure> {
    host::size(id)
}

/// The whole of a blob, read in pieces of 1 MiB. For blobs that are known to fit into memory.
///
/// # Errors
/// As [`size`].
pub fn read(id: &str) -> Result<Vec<u8>, Failure> {
    const PIECE: u32 = 1 << 20;
    let mut bytes = Vec::new();
    loop {
        #[expect(clippy::cast_precision_loss, reason = "blobs are far below 2^53 bytes")]
        let piece = host::read(id, bytes.len() as f64, PIECE)?;
        let last = piece.len() < PIECE as usize;
        bytes.extend(piece);
        if last {
            return Ok(bytes);
        }
    }
}

/// Stores bytes and returns their id.
///
/// # Errors
/// `denied` without a grant for blobs.
pub fn create(media_type: &str, bytes: &[u8]) -> Result<String, Failure> {
    host::create(media_type, bytes)
}

#[cfg(target_arch = "wasm32")]
mod host {
    use crate::{Failure, bindings::provider::mainsheet::host::blobs};

    pub(super) fn size(id: &str) -> Result<f64, Failure> {
        Ok(blobs::size(id)?)
    }
    pub(super) fn read(id: &str, offset: f64, max: u32) -> Result<Vec<u8>, Failure> {
        Ok(blobs::read(id, offset, max)?)
    }
    pub(super) fn create(media_type: &str, bytes: &[u8]) -> Result<String, Failure> {
        Ok(blobs::create(media_type, bytes)?)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    use crate::{Failure, FailureClass, code};

    fn none<T>() -> Result<T, Failure> {
        Err(Failure::new(FailureClass::Unavailable, code("sdk.no-host"), "Blobs exist only inside a host."))
    }
    pub(super) fn size(_: &str) -> Result<f64, Failure> {
        none()
    }
    pub(super) fn read(_: &str, _: f64, _: u32) -> Result<Vec<u8>, Failure> {
        none()
    }
    pub(super) fn create(_: &str, _: &[u8]) -> Result<String, Failure> {
        none()
    }
}
