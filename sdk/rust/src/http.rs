//! Outbound HTTP to granted hosts. In native tests the exchanges of the case file answer instead (see [`crate::cases`]).

use serde_json::Value;

use crate::bindings::provider::mainsheet::host::http as wit;
use crate::{Failure, FailureClass, code};

/// The longest reply body that is taken inline: with the rest of an answer it must stay under the contract's 1 MiB a value.
pub const INLINE_LIMIT: u32 = 768 * 1024;

/// One request. Meanings and limits stand in `wit/host@1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Upper-case method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// Body to send; empty is none.
    pub body: Vec<u8>,
    /// Milliseconds for the whole exchange; 0 is the host's default.
    pub timeout: u32,
    /// How many redirects to follow.
    pub redirects: u32,
    /// Account whose credentials the host adds.
    pub identity: Option<String>,
    /// The reply's body goes into a blob, whatever its size.
    pub into_blob: bool,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there was none, or if it is a blob.
    pub body: Vec<u8>,
    /// The blob that has the body, where that was wanted.
    pub blob: Option<String>,
}

impl Request {
    /// A request without headers and body, that follows up to 10 redirects.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: 0,
            redirects: 10,
            identity: None,
            into_blob: false,
        }
    }

    /// A `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends JSON, and says so unless a `Content-Type` is there already.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        if self.has_header("content-type") { self } else { self.header("Content-Type", "application/json") }
    }

    /// With the credentials of this account, if one is given.
    #[must_use]
    pub fn identity(mut self, account: Option<String>) -> Self {
        self.identity = account;
        self
    }

    /// The reply's body goes into a blob.
    #[must_use]
    pub fn into_blob(mut self) -> Self {
        self.into_blob = true;
        self
    }

    /// Whether a header of this name, in any case, is there.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Sends it. An answer with any status is a response.
    ///
    /// # Errors
    /// The failures of `http.send` in `wit/host@1`.
    pub fn send(self) -> Result<Response, Failure> {
        transport(self)
    }
}

impl Response {
    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A failure of class `invalid-input` if it is not JSON.
    pub fn json(&self) -> Result<Value, Failure> {
        let wrong = |error| {
            Failure::new(FailureClass::InvalidInput, code("http.not-json"), format!("The reply is not JSON: {error}."))
        };
        serde_json::from_slice(&self.body).map_err(wrong)
    }
}

#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a component has a host"))]
fn through_the_host(request: Request) -> Result<Response, Failure> {
    let body = if request.body.is_empty() { wit::Body::None } else { wit::Body::Bytes(request.body) };
    let response = wit::send(&wit::Request {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body,
        timeout: request.timeout,
        redirects: request.redirects,
        reply: if request.into_blob { wit::Sink::Blob } else { wit::Sink::Inline(INLINE_LIMIT) },
        identity: request.identity,
    })?;
    let (body, blob) = match response.body {
        wit::Body::Bytes(bytes) => (bytes, None),
        wit::Body::Blob(id) => (Vec::new(), Some(id)),
        wit::Body::None => (Vec::new(), None),
    };
    Ok(Response { status: response.status, headers: response.headers, body, blob })
}

#[cfg(target_arch = "wasm32")]
use through_the_host as transport;

#[cfg(not(target_arch = "wasm32"))]
use crate::cases::exchange as transport;
