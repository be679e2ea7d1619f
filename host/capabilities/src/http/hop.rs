//! One hop of a request: the first as the plugin made it, the next as a redirect says.

use domain::code::code;
use domain::{Failure, FailureClass};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use runtime::{Body, HttpRequest};
use url::Url;

/// Headers that are the connection's own or the host's; a plugin's are left out.
const RESERVED: [&str; 12] = [
    "host",
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A request to one address.
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl Hop {
    /// The request that a plugin made.
    ///
    /// # Errors
    /// It is malformed.
    pub(super) fn first(request: HttpRequest) -> Result<Hop, Failure> {
        let HttpRequest { method, url, headers: given, body, timeout: _, redirects: _, reply: _, identity: _ } =
            request;
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes());
        let method = method.map_err(|_| invalid("the method is malformed".to_owned()))?;
        if matches!(method, Method::CONNECT | Method::TRACE) {
            return Err(invalid(format!("the method {method} is not sent")));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &given {
            let (name, value) = header(name, value)?;
            if !RESERVED.contains(&name.as_str()) {
                headers.append(name, value);
            }
        }
        let url = Url::parse(&url).map_err(|error| invalid(format!("`{url}` is not an absolute URL: {error}")))?;
        Ok(Hop { method, url: usable(url)?, headers, body })
    }

    /// Where a response sends us, if it does.
    ///
    /// # Errors
    /// The place is none.
    pub(super) fn redirected(&self, response: &reqwest::Response) -> Result<Option<Hop>, Failure> {
        let status = response.status();
        let rewrites = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            // As browsers and every client do, whatever the standard once said.
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
            _ => return Ok(None),
        };
        let Some(location) = response.headers().get(LOCATION).and_then(|location| location.to_str().ok()) else {
            return Ok(None);
        };
        let url = self.url.join(location).map_err(|error| invalid(format!("a redirect to `{location}`: {error}")))?;
        let mut hop = Hop {
            method: self.method.clone(),
            url: usable(url)?,
            headers: self.headers.clone(),
            body: self.body.clone(),
        };
        if rewrites {
            (hop.method, hop.body) = (Method::GET, Body::None);
            hop.headers.remove(CONTENT_TYPE);
        }
        if hop.url.origin() != self.url.origin() {
            hop.headers.remove(AUTHORIZATION);
            hop.headers.remove(COOKIE);
        }
        Ok(Some(hop))
    }
}

/// A header as it is sent.
///
/// # Errors
/// Its name or value is malformed.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
    match parsed {
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err(invalid(format!("the header `{}` is malformed", name.escape_debug()))),
    }
}

fn usable(url: Url) -> Result<Url, Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("`{}` is neither http nor https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("credentials do not stand in URLs: use an account".to_owned()));
    }
    Ok(url)
}

fn invalid(reason: String) -> Failure {
    let message = format!("The request is malformed: {reason}.");
    Failure::new(FailureClass::InvalidInput, code("http.invalid-request"), message)
}
