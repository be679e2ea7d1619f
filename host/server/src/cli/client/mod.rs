//! The HTTP client behind every verb that talks to a server. It knows the API and nothing of the host's insides.

mod credentials;
mod follow;
mod refusal;
pub mod route;
mod stream;
mod target;
mod wire;

use std::time::Duration;

use domain::code::code;
use serde_json::Value;
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

use super::error::{CliError, Exit};

pub use credentials::{Credentials, store};
pub use follow::{Follower, Step};
pub use stream::Message;
pub use target::Target;
pub use wire::{Execution, Moment, Page, Question, Stage};

/// How long connecting may take before the server counts as unreachable.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may think about an ordinary request.
const ANSWER: Duration = Duration::from_secs(120);
/// The largest answer that is read.
const LARGEST: u64 = 256 << 20;

/// A server and who we are there.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    server: String,
    token: Option<String>,
}

/// What is sent with a request.
pub enum Content<'a> {
    /// Nothing.
    None,
    /// A JSON document.
    Json(&'a Value),
    /// A document as written.
    Text(&'static str, &'a str),
    /// A component.
    Bytes(&'a [u8]),
    /// Bytes that are nothing in particular.
    Octets(&'a [u8]),
}

impl Client {
    /// A client of the server at `server` with `token`.
    #[must_use]
    pub fn new(server: &str, token: Option<String>) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .user_agent(concat!("mainsheet/", env!("CARGO_PKG_VERSION")))
            .build();
        Client { agent: config.into(), server: server.trim_end_matches('/').to_owned(), token }
    }

    /// The server's address, without a slash at the end.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// The server is unreachable or refuses.
    pub fn get(&self, path: &str) -> Result<Value, CliError> {
        self.call(Method::GET, path, &Content::None)
    }

    /// Reads `path`; none where nothing is.
    ///
    /// # Errors
    /// The server is unreachable, or refuses for another reason.
    pub fn find(&self, path: &str) -> Result<Option<Value>, CliError> {
        match self.get(path) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.code.as_str().ends_with(".unknown") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Posts to `path`.
    ///
    /// # Errors
    /// The server is unreachable or refuses.
    pub fn post(&self, path: &str, content: &Content<'_>) -> Result<Value, CliError> {
        self.call(Method::POST, path, content)
    }

    /// Sends a request and reads the whole answer; `null` where there is none.
    ///
    /// # Errors
    /// The server is unreachable or refuses.
    pub fn call(&self, method: Method, path: &str, content: &Content<'_>) -> Result<Value, CliError> {
        let response = self.send(method, path, content, &[])?;
        let text = self.read(response)?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|_| self.strange("its answer is no JSON"))
    }

    /// Reads `path` as text.
    ///
    /// # Errors
    /// The server is unreachable or refuses.
    pub fn text(&self, path: &str) -> Result<String, CliError> {
        let response = self.send(Method::GET, path, &Content::None, &[])?;
        self.read(response)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        content: &Content<'_>,
        headers: &[(&str, &str)],
    ) -> Result<Response<Body>, CliError> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (kind, body) = match content {
            Content::None => (None, Vec::new()),
            Content::Json(value) => (Some("application/json"), value.to_string().into_bytes()),
            Content::Text(kind, text) => (Some(*kind), text.as_bytes().to_vec()),
            Content::Bytes(bytes) => (Some("application/wasm"), bytes.to_vec()),
            Content::Octets(bytes) => (Some("application/octet-stream"), bytes.to_vec()),
        };
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let request = request.body(body).map_err(|error| self.bad_address(&error.to_string()))?;
        let response = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(response)) }
    }

    fn read(&self, response: Response<Body>) -> Result<String, CliError> {
        let body = response.into_body().into_with_config().limit(LARGEST).read_to_string();
        body.map_err(|error| self.unreachable(&error))
    }

    fn refused(&self, response: Response<Body>) -> CliError {
        let status = response.status();
        let text = response.into_body().into_with_config().limit(LARGEST).read_to_string().unwrap_or_default();
        refusal::read(&self.server, status, &text, self.token.is_some()).unwrap_or_else(|| {
            let said: String = text.trim().chars().take(200).collect();
            self.strange(&format!("it answered {status}: {said}"))
        })
    }

    fn unreachable(&self, error: &ureq::Error) -> CliError {
        match error {
            ureq::Error::BadUri(reason) => self.bad_address(reason),
            _ => CliError::new(
                Exit::Unreachable,
                code("cli.server-unreachable"),
                format!(
                    "the server at {} does not answer: {error}. Is it running (`mainsheet serve`), and is --server right?",
                    self.server
                ),
            ),
        }
    }

    fn bad_address(&self, reason: &str) -> CliError {
        let message = format!("`{}` is no address of a server ({reason}); write http://HOST:PORT", self.server);
        CliError::new(Exit::Usage, code("cli.server-address-invalid"), message)
    }

    fn strange(&self, what: &str) -> CliError {
        let message = format!("{} does not speak like a Mainsheet server: {what}", self.server);
        CliError::new(Exit::Unreachable, code("cli.answer-not-understood"), message)
    }
}

/// `text` as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
