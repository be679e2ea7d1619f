//! What plugins that act are lent. The traits stand here, their implementations in `capabilities`; every method is told
//! on whose behalf it works, and decides by that and nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::plugin::call::Scope;
use domain::{Digest, Failure};

/// Everything that is lent. Cheap to clone.
#[derive(Clone)]
pub struct Lent {
    /// Requests to the outside.
    pub http: Arc<dyn Http>,
    /// Large bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Keys as handles.
    pub sign: Arc<dyn Sign>,
}

/// Where components come from: the store.
#[async_trait]
pub trait Components: Send + Sync {
    /// The component's bytes, if it is stored.
    async fn component(&self, digest: &Digest) -> Option<Vec<u8>>;
}

/// Requests to the outside.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends one request, within the scope's grants and mode.
    ///
    /// # Errors
    /// A denial has class `denied`; all others say what the network did.
    async fn send(&self, scope: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure>;
}

/// A request as a plugin made it; nothing in it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method, in any case.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
    /// Milliseconds until it is given up; 0 is the host's default.
    pub timeout: u32,
    /// How many redirects are followed.
    pub redirects: u32,
    /// Where the reply's body goes.
    pub reply: Sink,
    /// Account whose credentials are added.
    pub identity: Option<String>,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// None.
    None,
    /// Here.
    Bytes(Bytes),
    /// In a blob, by id.
    Blob(String),
}

/// Where a reply's body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// Inline; larger ones are a failure.
    Inline(u32),
    /// Into a blob.
    Blob,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status.
    pub status: u16,
    /// Headers, in order; those that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// Body, where the request wanted it.
    pub body: Body,
}

/// Large bytes, by an id that cannot be guessed. That a call uses only the ids it was given is the runtime's part.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Bytes of a blob.
    ///
    /// # Errors
    /// `not-found`, or `denied` without the grant.
    async fn size(&self, scope: &Scope, id: &str) -> Result<u64, Failure>;

    /// At most `max` bytes from `offset`; fewer at the end.
    ///
    /// # Errors
    /// As [`Blobs::size`].
    async fn read(&self, scope: &Scope, id: &str, offset: u64, max: u32) -> Result<Bytes, Failure>;

    /// Keeps `bytes` and answers their id.
    ///
    /// # Errors
    /// `denied`, or `invalid-input` for too many bytes.
    async fn create(&self, scope: &Scope, media_type: &str, bytes: Bytes) -> Result<String, Failure>;
}

/// Keys as handles.
#[async_trait]
pub trait Sign: Send + Sync {
    /// A key: the secret of that name, with `prefix` before it.
    ///
    /// # Errors
    /// `not-found`, or `denied` without the grant.
    async fn open(&self, scope: &Scope, secret: &str, prefix: &[u8]) -> Result<Arc<dyn Key>, Failure>;
}

/// A key that never leaves the host. An algorithm that it does not know is an error in words; the call ends with it.
pub trait Key: Send + Sync {
    /// The key that a mac of `data` is.
    ///
    /// # Errors
    /// The algorithm is not known.
    fn derive(&self, algorithm: &str, data: &[u8]) -> Result<Arc<dyn Key>, String>;

    /// The mac of `data`.
    ///
    /// # Errors
    /// The algorithm is not known.
    fn mac(&self, algorithm: &str, data: &[u8]) -> Result<Vec<u8>, String>;

    /// Whether `mac` is the mac of `data`, in constant time.
    ///
    /// # Errors
    /// The algorithm is not known.
    fn verify(&self, algorithm: &str, data: &[u8], mac: &[u8]) -> Result<bool, String>;

    /// A signature of `data`.
    ///
    /// # Errors
    /// The algorithm is not known, or the key cannot sign with it.
    fn sign(&self, algorithm: &str, data: &[u8]) -> Result<Vec<u8>, String>;
}
