//! Requests to the outside. Every address that is connected to was checked, redirects included; credentials are added here.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass, code::code};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode, Url, redirect};
use runtime::{Body, Http, HttpRequest, HttpResponse, Sink};
use tokio::io::AsyncReadExt;

use crate::SetupError;
use crate::address::Network;
use crate::blobs::{Files, broken};
use crate::grant::{Grants, is_reachable};

/// Milliseconds for a whole exchange when the request does not say.
const DEFAULT_TIMEOUT: u32 = 30_000;
/// Most milliseconds that a request may say.
const MOST_TIMEOUT: u32 = 300_000;
/// Most redirects that are followed.
const MOST_REDIRECTS: u32 = 10;
/// Most bytes of an inline body, either way.
const MOST_INLINE: usize = 1024 * 1024;
/// Most bytes of a body in a blob.
const MOST_BLOB: u64 = 1024 * 1024 * 1024;
/// Headers that are the host's own: the connection's, and those by which a plugin could pass for something else.
const RESERVED: [&str; 9] =
    ["host", "content-length", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"];

/// Sends plugins' requests. One pool of connections per set of granted networks, so that a connection that one plugin may use is
/// never lent to another that may not.
pub(crate) struct Client {
    grants: Arc<Grants>,
    blobs: Arc<Files>,
    pools: Mutex<HashMap<Vec<Network>, reqwest::Client>>,
}

/// Resolves names, and leaves out the addresses that may not be connected to.
struct Resolver {
    networks: Vec<Network>,
}

/// Every address of a name is one that may not be connected to.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` resolves to {address}, an address that is not public; an operator can grant its network to the plugin or to all plugins")]
struct NotPublic {
    host: String,
    address: std::net::IpAddr,
}

/// No such host.
#[derive(Debug, thiserror::Error)]
#[error("the name does not resolve: {0}")]
struct Unresolved(io::Error);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.networks.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?;
            let all: Vec<SocketAddr> = found.collect();
            let open: Vec<SocketAddr> = all.iter().copied().filter(|one| is_reachable(&networks, one.ip())).collect();
            match (open.is_empty(), all.first()) {
                (true, Some(first)) => Err(NotPublic { host: name.as_str().to_owned(), address: first.ip() }.into()),
                (true, None) => Err(Unresolved(io::Error::other("it has no address")).into()),
                (false, _) => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

/// What is sent, hop by hop.
struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Body,
}

impl Client {
    pub(crate) fn new(grants: Arc<Grants>, blobs: Arc<Files>) -> Result<Client, SetupError> {
        // Another part of the process may have installed it; then it is there, which is all that is wanted.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = Client { grants, blobs, pools: Mutex::default() };
        client.pool(Vec::new()).map_err(|failure| SetupError::Client(failure.message))?;
        Ok(client)
    }

    fn pool(&self, networks: Vec<Network>) -> Result<reqwest::Client, Failure> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pools.get(&networks) {
            return Ok(client.clone());
        }
        #[expect(clippy::disallowed_methods, reason = "the one place where clients are made: this resolver, no redirects, no proxy")]
        let builder = reqwest::Client::builder();
        let client = builder
            .dns_resolver(Arc::new(Resolver { networks: networks.clone() }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("mainsheet/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(FailureClass::Internal, code("http.unavailable"), error.to_string()))?;
        pools.insert(networks, client.clone());
        Ok(client)
    }

    async fn exchange(&self, scope: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure> {
        if let Some(account) = &request.identity {
            let message = format!("There is no account `{account}` whose credentials could be added.");
            return Err(Failure::new(FailureClass::NotFound, code("account.not-found"), message));
        }
        let client = self.pool(self.grants.networks_of(scope))?;
        let mut hop = Hop::of(&request)?;
        let mut redirects = request.redirects.min(MOST_REDIRECTS);
        loop {
            self.grants.request(scope, hop.method.as_str(), &hop.url)?;
            let response = self.send_hop(scope, &client, &hop).await?;
            match hop.redirected(&response) {
                Some(next) if redirects > 0 => {
                    hop = next;
                    redirects -= 1;
                }
                _ => return self.receive(response, request.reply).await,
            }
        }
    }

    async fn send_hop(&self, scope: &Scope, client: &reqwest::Client, hop: &Hop) -> Result<reqwest::Response, Failure> {
        let mut builder = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
        match &hop.body {
            Body::None => {}
            Body::Bytes(bytes) => builder = builder.body(bytes.clone()),
            Body::Blob(id) => {
                self.grants.blobs(scope)?;
                builder = builder.body(reqwest::Body::wrap_stream(chunks(self.blobs.open(id).await?)));
            }
        }
        match builder.send().await {
            Ok(response) => Ok(response),
            Err(error) => Err(self.unsent(scope, &hop.url, &error)),
        }
    }

    /// Why a request was not sent: the deepest cause is the one that helps.
    fn unsent(&self, scope: &Scope, url: &Url, error: &reqwest::Error) -> Failure {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
        let mut deepest = error.to_string();
        while let Some(inner) = cause {
            if let Some(NotPublic { host, address }) = inner.downcast_ref() {
                if let Err(denied) = self.grants.address(scope, host, *address) {
                    return denied;
                }
            }
            if inner.downcast_ref::<Unresolved>().is_some() {
                let message = format!("The host of {} is not known: {inner}.", shown(url));
                return Failure::new(FailureClass::Unavailable, code("http.unresolved"), message);
            }
            deepest = inner.to_string();
            cause = inner.source();
        }
        if error.is_timeout() {
            return timed_out(url.as_str());
        }
        let message = format!("{} could not be reached: {deepest}.", shown(url));
        Failure::new(FailureClass::Unavailable, code("http.unreachable"), message)
    }

    async fn receive(&self, mut response: reqwest::Response, sink: Sink) -> Result<HttpResponse, Failure> {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let body = match sink {
            Sink::Inline(most) => inline(&mut response, most).await?,
            Sink::Blob => self.into_blob(&mut response).await?,
        };
        Ok(HttpResponse { status, headers, body })
    }

    async fn into_blob(&self, response: &mut reqwest::Response) -> Result<Body, Failure> {
        let mut draft = self.blobs.draft().await.map_err(|error| broken(&error))?;
        let mut length = 0_u64;
        while let Some(chunk) = next(response).await? {
            length += chunk.len() as u64;
            if length > MOST_BLOB {
                return Err(too_large(MOST_BLOB));
            }
            draft.write(&chunk).await.map_err(|error| broken(&error))?;
        }
        self.blobs.keep(draft).await.map(Body::Blob).map_err(|error| broken(&error))
    }
}

#[async_trait]
impl Http for Client {
    async fn send(&self, scope: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let millis = if request.timeout == 0 { DEFAULT_TIMEOUT } else { request.timeout.min(MOST_TIMEOUT) };
        let url = request.url.clone();
        let limit = Duration::from_millis(millis.into());
        tokio::time::timeout(limit, self.exchange(scope, request)).await.unwrap_or_else(|_| Err(timed_out(&url)))
    }
}

impl Hop {
    fn of(request: &HttpRequest) -> Result<Hop, Failure> {
        let method = Method::from_bytes(request.method.to_ascii_uppercase().as_bytes())
            .map_err(|_| invalid(format!("`{}` is no HTTP method.", request.method)))?;
        let url = Url::parse(&request.url).map_err(|error| invalid(format!("`{}` is no URL: {error}.", request.url)))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(invalid(format!("`{}` is no absolute http or https URL.", request.url)));
        }
        if matches!(&request.body, Body::Bytes(bytes) if bytes.len() > MOST_INLINE) {
            return Err(too_large(MOST_INLINE as u64));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let parsed = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
            let Some((name, value)) = parsed else { return Err(invalid(format!("The header `{name}` cannot be sent."))) };
            if !RESERVED.contains(&name.as_str()) {
                headers.append(name, value);
            }
        }
        Ok(Hop { method, url, headers, body: request.body.clone() })
    }

    /// Where a redirect leads, as browsers follow it: 303 becomes a GET, 301 and 302 do so for a POST; another origin gets no
    /// credentials.
    fn redirected(&self, response: &reqwest::Response) -> Option<Hop> {
        let status = response.status();
        let kept = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let moved = matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER);
        if !kept && !moved {
            return None;
        }
        let url = self.url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
        let mut headers = self.headers.clone();
        if url.origin() != self.url.origin() {
            for name in ["authorization", "cookie"] {
                headers.remove(name);
            }
        }
        let becomes_get = status == StatusCode::SEE_OTHER && self.method != Method::HEAD || moved && self.method == Method::POST;
        if becomes_get {
            headers.remove("content-type");
            return Some(Hop { method: Method::GET, url, headers, body: Body::None });
        }
        Some(Hop { method: self.method.clone(), url, headers, body: self.body.clone() })
    }
}

async fn inline(response: &mut reqwest::Response, most: u32) -> Result<Body, Failure> {
    let most = usize::try_from(most).unwrap_or(MOST_INLINE).min(MOST_INLINE);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = next(response).await? {
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most as u64));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(if bytes.is_empty() { Body::None } else { Body::Bytes(bytes.freeze()) })
}

async fn next(response: &mut reqwest::Response) -> Result<Option<Bytes>, Failure> {
    response.chunk().await.map_err(|error| {
        let message = format!("The reply broke off: {error}.");
        Failure::new(FailureClass::Unavailable, code("http.unreachable"), message)
    })
}

/// The bytes of a file, in chunks.
fn chunks(file: tokio::fs::File) -> impl futures::Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold(file, |mut file| async move {
        let mut chunk = BytesMut::with_capacity(64 * 1024);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), file)))
    })
}

/// A URL as it may be shown: without what may be a secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    let hidden = url.set_password(None).and_then(|()| url.set_username(""));
    if hidden.is_ok() { url.to_string() } else { "the URL".to_owned() }
}

fn invalid(message: String) -> Failure {
    Failure::new(FailureClass::InvalidInput, code("http.invalid-request"), message)
}

fn too_large(most: u64) -> Failure {
    Failure::new(FailureClass::InvalidInput, code("http.too-large"), format!("The body has more than {most} bytes."))
}

fn timed_out(url: &str) -> Failure {
    let url = Url::parse(url).map_or_else(|_| "the URL".to_owned(), |url| shown(&url));
    Failure::new(FailureClass::TimedOut, code("http.timed-out"), format!("{url} did not answer in time."))
}
